import { list } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "workloads-pod-bare",
  area: "workloads",
  description:
    "Pods must belong to a controller that starts them again elsewhere when their node dies.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Put the pod into a Rollout, a Deployment or a Job.",
  url: "https://kubernetes.io/docs/concepts/workloads/pods/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["kubernetes:core/v1:Pod"],
  check: (resource) =>
    list(resource.props, "metadata.ownerReferences").length > 0
      ? []
      : [`${subject(resource)} must belong to a controller, got no ownerReferences`],
});
