import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-audit-lock-mode",
  area: "governance",
  description: "Locked logs must not be deletable by anyone before their time.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set rule.defaultRetention.mode to COMPLIANCE; an environment that is torn down adds GOVERNANCE to the parameter `modes`.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"],
  parameters: { modes: ["COMPLIANCE"] },
  check: (resource, { modes }) => {
    const mode = at(resource.props, "rule.defaultRetention.mode");
    return typeof mode === "string" && modes.includes(mode)
      ? []
      : [
          `${subject(resource)} must lock objects in mode ${modes.join(" or ")}, got ${shown(mode)}`,
        ];
  },
});
