import { list, text } from "../../resources";
import { resourceRule, type ResourceView } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-rollout-memory-scaling",
  area: "reliability",
  description: "Autoscalers of a Rollout must not follow memory.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Remove the trigger or metric on memory, and scale on CPU or on requests: each pod keeps its level of memory however many there are, so beside a canary the autoscaler climbs to its maximum.",
  url: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: [
    "kubernetes:keda.sh/v1alpha1:ScaledObject",
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
  ],
  check: (resource) =>
    text(resource.props, "spec.scaleTargetRef.kind") === "Rollout"
      ? memoryPaths(resource).map(
          (path) => `${subject(resource)} must not follow memory, got ${path}`,
        )
      : [],
});

function memoryPaths({ props }: ResourceView): string[] {
  const triggers = list(props, "spec.triggers").flatMap((trigger, i) =>
    text(trigger, "type") === "memory" ? [`spec.triggers[${i}].type`] : [],
  );
  const metrics = list(props, "spec.metrics").flatMap((metric, i) =>
    ["resource", "containerResource"]
      .filter((source) => text(metric, `${source}.name`) === "memory")
      .map((source) => `spec.metrics[${i}].${source}.name`),
  );
  return [...triggers, ...metrics];
}
