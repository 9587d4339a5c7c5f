import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-scaled-object-fallback",
  area: "reliability",
  description:
    "Autoscaled models must fall back to a number of replicas when their metrics are lost.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set spec.fallback.failureThreshold, and spec.fallback.replicas to at least spec.minReplicaCount.",
  url: "https://keda.sh/docs/latest/reference/scaledobject-spec/#fallback",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["kubernetes:keda.sh/v1alpha1:ScaledObject"],
  check: (resource) => {
    const threshold = number(resource.props, "spec.fallback.failureThreshold") ?? 0;
    const replicas = number(resource.props, "spec.fallback.replicas");
    const least = Math.max(1, number(resource.props, "spec.minReplicaCount") ?? 0);
    const messages =
      threshold < 1
        ? [
            `${subject(resource)} must set spec.fallback.failureThreshold to 1 or more, got ${shown(threshold === 0 ? undefined : threshold)}`,
          ]
        : [];
    return replicas !== undefined && replicas >= least
      ? messages
      : [
          ...messages,
          `${subject(resource)} must set spec.fallback.replicas to spec.minReplicaCount (${least}) or more, got ${shown(replicas)}`,
        ];
  },
});
