import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-log-group-retention",
  area: "governance",
  description: "Logs of the platform must be kept for at least six months, and not for ever.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set retentionInDays; CloudWatch Logs allows 365 and 400 among others.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
  frameworks: [
    { framework: "cis-eks", clause: "2.1.2" },
    { framework: "eu-ai-act", clause: "Art. 26(6)" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  parameters: { minimumDays: 183 },
  check: (resource, { minimumDays }) => {
    // 0 is for ever, which no stated purpose can justify for logs that name callers.
    const days = number(resource.props, "retentionInDays") ?? 0;
    return days >= minimumDays
      ? []
      : [
          `${subject(resource)} must set retentionInDays to ${minimumDays} or more, got ${days === 0 ? "for ever" : shown(days)}`,
        ];
  },
});
