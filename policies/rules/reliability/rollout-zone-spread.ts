import { at, list, number, text } from "../../resources";
import { resourceRule } from "../../rule";
import { subject, rolloutType } from "../../kubernetes";

const zone = "topology.kubernetes.io/zone";

export const rule = resourceRule({
  name: "reliability-rollout-zone-spread",
  area: "reliability",
  description: "Rollouts must spread their replicas over the zones.",
  severity: "high",
  enforcement: "mandatory",
  remediation: `Add a topologySpreadConstraint with topologyKey ${zone} and maxSkew 1.`,
  url: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: [rolloutType],
  parameters: { maxSkew: 1 },
  check: (resource, { maxSkew }) => {
    // The Deployment that it refers to has the pods.
    if (at(resource.props, "spec.workloadRef") !== undefined) return [];
    const spread = list(resource.props, "spec.template.spec.topologySpreadConstraints").find(
      (constraint) => text(constraint, "topologyKey") === zone,
    );
    if (spread === undefined)
      return [
        `${subject(resource)} must spread its pods over ${zone}, got no such topologySpreadConstraint`,
      ];
    const skew = number(spread, "maxSkew") ?? Infinity;
    return skew <= maxSkew
      ? []
      : [
          `${subject(resource)} must spread its pods over ${zone} with maxSkew ${maxSkew} or less, got ${skew}`,
        ];
  },
});
