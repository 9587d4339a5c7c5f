import { number, text } from "../../resources";
import { resourceRule } from "../../rule";
import { minimumLogDays } from "../../../services/contract/tiers";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-audit-retention",
  area: "governance",
  description: "Locked logs must be kept for at least six months.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Set auditRetention in the stack file to 183 days or more.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "eu-ai-act", clause: "Art. 19" },
    { framework: "eu-ai-act", clause: "Art. 26(6)" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"],
  parameters: { minimumDays: minimumLogDays },
  check: (resource, { minimumDays }) => {
    const retention = "rule.defaultRetention";
    const years = number(resource.props, `${retention}.years`);
    const days = years === undefined ? number(resource.props, `${retention}.days`) : years * 365;
    const name = text(resource.props, "bucket") ?? resource.name;
    return days !== undefined && days >= minimumDays
      ? []
      : [
          `${subject({ ...resource, name })} must keep objects for ${minimumDays} days or more, got ${shown(days)}`,
        ];
  },
});
