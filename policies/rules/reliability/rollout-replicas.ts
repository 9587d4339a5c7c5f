import { at, ofType, text } from "../../resources";
import { stackRule } from "../../rule";
import { subject, rolloutType } from "../../kubernetes";

export const rule = stackRule({
  name: "reliability-rollout-replicas",
  area: "reliability",
  description:
    "Autoscaled Rollouts must not set replicas: the next update would undo the autoscaler's work.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Remove spec.replicas from the Rollout.",
  url: "https://keda.sh/docs/latest/concepts/scaling-deployments/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  check: (resources) => {
    const scaled = ofType(resources, "kubernetes:keda.sh/v1alpha1:ScaledObject")
      .filter(({ props }) => text(props, "spec.scaleTargetRef.kind") === "Rollout")
      .map(
        ({ props }) =>
          `${text(props, "metadata.namespace") ?? "default"}/${text(props, "spec.scaleTargetRef.name") ?? ""}`,
      );
    return ofType(resources, rolloutType).flatMap((resource) => {
      const key = `${text(resource.props, "metadata.namespace") ?? "default"}/${text(resource.props, "metadata.name") ?? resource.name}`;
      const replicas = at(resource.props, "spec.replicas");
      return replicas === undefined || !scaled.includes(key)
        ? []
        : [
            {
              resource,
              message: `${subject(resource)} must leave spec.replicas to its ScaledObject, got ${String(replicas)}`,
            },
          ];
    });
  },
});
