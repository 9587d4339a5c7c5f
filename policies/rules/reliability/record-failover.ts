import { at, list, number, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown } from "../../kubernetes";

const routing = [
  "failoverRoutingPolicies",
  "latencyRoutingPolicies",
  "weightedRoutingPolicies",
  "geolocationRoutingPolicies",
  "geoproximityRoutingPolicy",
  "multivalueAnswerRoutingPolicy",
];

export const rule = resourceRule({
  name: "reliability-record-failover",
  area: "reliability",
  description:
    "Records that choose between regions must follow a health check and be forgotten soon.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set healthCheckId, and a ttl of 60 seconds or less where the record is no alias.",
  url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["aws:route53/record:Record"],
  parameters: { maximumTtlSeconds: 60 },
  check: (resource, { maximumTtlSeconds }) => {
    if (!routing.some((key) => at(resource.props, key) !== undefined)) return [];
    const aliases = list(resource.props, "aliases");
    // The health of a load balancer's targets is not that of the region as a caller meets it: name,
    // certificate, firewall.
    const watched = "healthCheckId" in resource.props;
    const ttl = aliases.length > 0 ? 0 : number(resource.props, "ttl");
    const name = text(resource.props, "name") ?? resource.name;
    return [
      ...(watched ? [] : [`Record "${name}" must follow a health check, got no healthCheckId`]),
      ...(ttl !== undefined && ttl <= maximumTtlSeconds
        ? []
        : [`Record "${name}" must set ttl to ${maximumTtlSeconds} or less, got ${shown(ttl)}`]),
    ];
  },
});
