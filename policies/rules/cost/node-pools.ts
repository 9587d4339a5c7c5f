import { list, record } from "../../read";
import type { ResourceView } from "../../rule";

/** Type tokens of Karpenter's node pools, which EKS Auto Mode uses too. */
export const nodePoolTypes = ["kubernetes:karpenter.sh/v1:NodePool"] as const;

/** Resource name by which Kubernetes counts accelerators of NVIDIA. */
export const gpuResource = "nvidia.com/gpu";

/**
 * Whether a pool is for nodes with an accelerator: by its taint, its limit or the category of its
 * instances.
 */
export function hasAccelerators(pool: ResourceView): boolean {
  const taints = list(pool.props, "spec.template.spec.taints").map(
    (taint) => record({ taint }, "taint")["key"],
  );
  const required = list(pool.props, "spec.template.spec.requirements").flatMap((requirement) => {
    const { key, operator } = record({ requirement }, "requirement");
    return typeof key === "string" && key.endsWith("/instance-category") && operator === "In"
      ? list(requirement, "values")
      : [];
  });
  return (
    taints.includes(gpuResource) ||
    gpuResource in record(pool.props, "spec.limits") ||
    required.some((category) => category === "g" || category === "p")
  );
}
