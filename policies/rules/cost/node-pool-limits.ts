import { record } from "../../resources";
import { resourceRule } from "../../rule";
import { subject, gpuResource, hasAccelerators, nodePoolTypes } from "../../kubernetes";

export const rule = resourceRule({
  name: "cost-node-pool-limits",
  area: "cost",
  description:
    "A node pool must have a limit, so that a runaway autoscaler cannot spend without end.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set spec.limits.cpu, or the number of accelerators for a pool that has them.",
  url: "https://karpenter.sh/docs/concepts/nodepools/#speclimits",
  frameworks: [
    { framework: "ml-lens", clause: "MLCOST-26" },
    { framework: "ml-lens", clause: "MLCOST-29" },
  ],
  types: nodePoolTypes,
  check: (pool) => {
    const limit = hasAccelerators(pool) ? gpuResource : "cpu";
    return limit in record(pool.props, "spec.limits")
      ? []
      : [`${subject(pool)} must have a limit for ${limit} in spec.limits`];
  },
});
