import { meansAction, statements } from "../../iam";
import { subject } from "../../kubernetes";
import { at, ofType, refersTo } from "../../resources";
import { stackRule } from "../../rule";

/** What makes a key, and all that it encrypts, useless. */
const ends = ["kms:ScheduleKeyDeletion", "kms:DisableKey"];

export const rule = stackRule({
  name: "governance-audit-key",
  area: "governance",
  description: "The key of an audit trail must be one that nobody can disable or delete.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Leave kms:ScheduleKeyDeletion and kms:DisableKey out of the key's policy; set the parameter required to false where the audit log ends with its stack.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 19" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  parameters: { required: true },
  check: (resources, { required }) => {
    const trails = ofType(resources, "aws:cloudtrail/trail:Trail");
    return ofType(resources, "aws:kms/key:Key")
      .filter((key) => required && trails.some((trail) => refersTo(trail, "kmsKeyId", key)))
      .flatMap((key) => {
        const allowed = statements(at(key.props, "policy")).filter(({ allows }) => allows);
        const found = ends.filter((end) => allowed.some((one) => meansAction(one, end)));
        return found.length === 0
          ? []
          : [
              {
                resource: key,
                message: `${subject(key)} must let nobody ${found.join(" or ")}, because it protects an audit trail`,
              },
            ];
      });
  },
});
