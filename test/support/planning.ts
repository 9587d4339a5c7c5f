import program from "../../infra/index";
import { rules } from "../../policies/rules";
import { planStack, type StackPlan } from "../../cli/plan/plan";

/** Plans a stack of a project by the real program and all rules. */
export function planWith(project: string, stack: string, configFile?: string): Promise<StackPlan> {
  return planStack({
    project,
    stack,
    program,
    rules,
    ...(configFile === undefined ? {} : { configFile }),
  });
}
