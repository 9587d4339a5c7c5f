import { number } from "../../resources";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "cost-platform-budget",
  area: "cost",
  description: "The estimated monthly cost of a stack must stay within its budget.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Lower replicas, regions or models, or raise causeway:monthlyBudgetUsd in the stack file.",
  frameworks: [
    { framework: "ml-lens", clause: "MLCOST-20" },
    { framework: "ml-lens", clause: "MLCOST-27" },
  ],
  check: (resources) => {
    // Each component carries its own estimate, and every one of them the budget of the whole stack.
    const components = resources.filter(({ type }) => type.startsWith("causeway:"));
    const budgets = components.flatMap(({ props }) => number(props, "budgetMonthlyUsd") ?? []);
    const estimate = components.reduce(
      (sum, { props }) => sum + (number(props, "estimatedMonthlyUsd") ?? 0),
      0,
    );
    const budget = Math.min(...budgets);
    return estimate <= budget
      ? []
      : [
          {
            message: `the stack must cost ${budget} US dollars a month or less, got an estimate of ${Math.ceil(estimate)}`,
          },
        ];
  },
});
