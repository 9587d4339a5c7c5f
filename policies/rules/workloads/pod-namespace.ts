import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { podSpecs, podTypes } from "../../pod-shapes";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "workloads-pod-namespace",
  area: "workloads",
  description: "Workloads must live in a namespace of the platform, never in default.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set metadata.namespace to the namespace of the workload's kind.",
  url: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
  frameworks: [
    { framework: "cis-eks", clause: "4.5.1" },
    { framework: "cis-eks", clause: "4.5.2" },
  ],
  // A ClusterWorkflowTemplate and what it starts get their namespace from the workflow that refers
  // to it.
  types: podTypes.filter((type) => !type.endsWith(":ClusterWorkflowTemplate")),
  parameters: { refused: ["default", "kube-system", "kube-public", "kube-node-lease"] },
  check: (resource, { refused }) => {
    const namespace = text(resource.props, "metadata.namespace");
    if (podSpecs(resource).length === 0) return [];
    // An object of the cluster runs its pods where it is referred to.
    const kind = resource.type.slice(resource.type.lastIndexOf(":") + 1);
    if (namespace === undefined && kind.startsWith("Cluster")) return [];
    return namespace === undefined || refused.includes(namespace)
      ? [
          `${subject(resource)} must set metadata.namespace to one other than ${refused.join(", ")}, got ${shown(namespace)}`,
        ]
      : [];
  },
});
