import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "cost-log-group-retention",
  area: "cost",
  description: "Logs must not be kept longer than anyone reads them.",
  severity: "low",
  enforcement: "mandatory",
  remediation:
    "Lower retentionInDays; archive what must be kept for years in the audit bucket, which costs a tenth.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSUS-05" },
    { framework: "ml-lens", clause: "MLCOST-23" },
  ],
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  parameters: { maximumDays: 731 },
  check: (group, { maximumDays }) => {
    // 0 keeps for ever; that one is refused by the rule that asks for a stated time.
    const days = number(group.props, "retentionInDays") ?? 0;
    return days <= maximumDays
      ? []
      : [`${subject(group)} must keep logs for ${maximumDays} days or less, got ${days}`];
  },
});
