import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

const paths = ["spec.maxReplicaCount", "spec.maxReplicas"];

export const rule = resourceRule({
  name: "cost-autoscaler-maximum",
  area: "cost",
  description: "An autoscaler must state a maximum within the platform's bound.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set the maximum of replicas in the contract or the stack file; raise the parameter maximumReplicas for a model that needs more.",
  url: "https://keda.sh/docs/latest/reference/scaledobject-spec/#maxreplicacount",
  frameworks: [
    { framework: "ml-lens", clause: "MLCOST-26" },
    { framework: "ml-lens", clause: "MLCOST-29" },
  ],
  types: [
    "kubernetes:keda.sh/v1alpha1:ScaledObject",
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
  ],
  parameters: { maximumReplicas: 200 },
  check: (autoscaler, { maximumReplicas }) => {
    const maximum = paths.flatMap((path) => number(autoscaler.props, path) ?? [])[0];
    return maximum !== undefined && maximum <= maximumReplicas
      ? []
      : [
          `${subject(autoscaler)} must state a maximum of ${maximumReplicas} replicas or fewer, got ${shown(maximum)}`,
        ];
  },
});
