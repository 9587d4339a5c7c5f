import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { nodePoolTypes, subject } from "../../kubernetes";

/**
 * Label by which EKS Auto Mode says whether AWS encrypts what instances of a type send to each
 * other.
 */
export const transitLabel = "eks.amazonaws.com/instance-encryption-in-transit-supported";

export const rule = resourceRule({
  name: "encryption-node-transit",
  area: "encryption",
  description:
    "Nodes must be of instance types whose traffic to each other AWS encrypts, so that nothing inside the cluster crosses a wire in the clear.",
  severity: "high",
  enforcement: "mandatory",
  remediation: `Require ${transitLabel} In ["true"] in every node pool, and leave EKS's built-in pools off, which cannot be asked for it.`,
  url: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/data-protection.html#encryption-transit",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-02" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: [...nodePoolTypes, "aws:eks/cluster:Cluster"],
  check: (resource) => {
    if (resource.type === "aws:eks/cluster:Cluster") {
      const builtIn = list(resource.props, "computeConfig.nodePools");
      return builtIn.length === 0
        ? []
        : [
            `Cluster "${resource.name}" must have none of EKS's built-in node pools, got ${builtIn.join(", ")}`,
          ];
    }
    return demandsTransit(resource.props)
      ? []
      : [`${subject(resource)} must require ${transitLabel} In ["true"]`];
  },
});

/** Whether a pool takes no node whose traffic AWS does not encrypt. */
export function demandsTransit(props: unknown): boolean {
  return list(props, "spec.template.spec.requirements").some(
    (requirement) =>
      text(requirement, "key") === transitLabel &&
      text(requirement, "operator") === "In" &&
      JSON.stringify(at(requirement, "values")) === '["true"]',
  );
}
