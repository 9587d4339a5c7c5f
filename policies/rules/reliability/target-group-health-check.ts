import { at, number, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-target-group-health-check",
  area: "reliability",
  description: "Load balancers must notice a dead target soon.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set healthCheck.interval and healthCheck.unhealthyThreshold.",
  url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["aws:lb/targetGroup:TargetGroup"],
  parameters: { maximumSeconds: 60 },
  check: (resource, { maximumSeconds }) => {
    if (text(resource.props, "targetType") === "lambda") return [];
    if (at(resource.props, "healthCheck.enabled") === false)
      return [`TargetGroup "${resource.name}" must have its health check enabled`];
    const interval = number(resource.props, "healthCheck.interval");
    const threshold = number(resource.props, "healthCheck.unhealthyThreshold");
    if (interval !== undefined && threshold !== undefined && interval * threshold <= maximumSeconds)
      return [];
    return [
      `TargetGroup "${resource.name}" must set healthCheck.interval times healthCheck.unhealthyThreshold to ${maximumSeconds} seconds or less, got ${shown(interval)} times ${shown(threshold)}`,
    ];
  },
});
