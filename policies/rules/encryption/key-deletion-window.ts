import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** What KMS takes when nothing is said. */
const defaultDays = 30;

export const rule = resourceRule({
  name: "encryption-key-deletion-window",
  area: "encryption",
  description:
    "KMS keys must wait long enough before they are deleted, since all data under a deleted key is lost.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set deletionWindowInDays to 30 or leave it out; set the parameter minimumDays lower in an environment whose data is disposable.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: ["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"],
  parameters: { minimumDays: 30 },
  check: (key, { minimumDays }) => {
    const days = number(key.props, "deletionWindowInDays") ?? defaultDays;
    return days >= minimumDays
      ? []
      : [
          `${subject(key)} must wait ${minimumDays} days or more before deletion, got deletionWindowInDays ${days}`,
        ];
  },
});
