import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-health-check-detection",
  area: "reliability",
  description: "Health checks must notice the loss of a region soon.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Lower requestInterval (10 or 30) or failureThreshold: recovery in the stack file.",
  url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["aws:route53/healthCheck:HealthCheck"],
  parameters: { maximumSeconds: 90 },
  check: (resource, { maximumSeconds }) => {
    // A calculated check or one of a CloudWatch alarm has no interval of its own.
    if (resource.props["type"] === "CALCULATED" || resource.props["type"] === "CLOUDWATCH_METRIC")
      return [];
    const interval = number(resource.props, "requestInterval");
    const threshold = number(resource.props, "failureThreshold");
    if (interval !== undefined && threshold !== undefined && interval * threshold <= maximumSeconds)
      return [];
    return [
      `HealthCheck "${resource.name}" must set requestInterval times failureThreshold to ${maximumSeconds} seconds or less, got ${shown(interval)} times ${shown(threshold)}`,
    ];
  },
});
