import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject, nodePoolTypes } from "../../kubernetes";

const consolidating: readonly unknown[] = ["WhenEmpty", "WhenEmptyOrUnderutilized"];

export const rule = resourceRule({
  name: "cost-node-pool-consolidation",
  area: "cost",
  description: "A node pool must give back nodes that stand idle.",
  severity: "low",
  enforcement: "mandatory",
  remediation:
    "Set spec.disruption.consolidationPolicy to WhenEmptyOrUnderutilized, and consolidateAfter to a duration.",
  url: "https://karpenter.sh/docs/concepts/disruption/#consolidation",
  frameworks: [
    { framework: "ml-lens", clause: "MLCOST-16" },
    { framework: "ml-lens", clause: "MLSUS-04" },
  ],
  types: nodePoolTypes,
  check: (pool) => {
    const policy = at(pool.props, "spec.disruption.consolidationPolicy");
    const after = at(pool.props, "spec.disruption.consolidateAfter");
    return consolidating.includes(policy) && after !== undefined && after !== "Never"
      ? []
      : [
          `${subject(pool)} must consolidate idle nodes, got consolidationPolicy ${shown(policy)} after ${shown(after)}`,
        ];
  },
});
