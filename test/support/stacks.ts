import { join } from "node:path";
import program from "../../infra/index";
import { rules } from "../../policies/rules";
import { planStack, type StackPlan } from "../../cli/plan/plan";

export const project = join(__dirname, "..", "..");
export const stacks = ["dev", "prod", "local"] as const;
export type StackName = (typeof stacks)[number];

const plans = new Map<StackName, Promise<StackPlan>>();

/** The plan of a stack of this repository, made once for each test file. */
export function planOf(stack: StackName): Promise<StackPlan> {
  const known = plans.get(stack);
  if (known) return known;
  const plan = planStack({ project, stack, program, rules });
  plans.set(stack, plan);
  return plan;
}
