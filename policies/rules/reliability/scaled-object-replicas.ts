import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-scaled-object-replicas",
  area: "reliability",
  description: "Autoscaled models must keep enough replicas to lose a zone.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Raise spec.minReplicaCount: replicas.min in the stack file or in the model's contract.",
  url: "https://keda.sh/docs/latest/reference/scaledobject-spec/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["kubernetes:keda.sh/v1alpha1:ScaledObject"],
  parameters: { minimum: 3 },
  check: (resource, { minimum }) => {
    const replicas = number(resource.props, "spec.minReplicaCount");
    return replicas !== undefined && replicas >= minimum
      ? []
      : [
          `${subject(resource)} must set spec.minReplicaCount to ${minimum} or more, got ${shown(replicas)}`,
        ];
  },
});
