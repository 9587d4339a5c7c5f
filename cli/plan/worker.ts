import "./lazy-modules";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import program from "../../infra";
import { rules } from "../../policies/rules";
import { InputError } from "../../services/contract/problems";
import { differenceOf, readPlan } from "./difference";
import { RecordingError } from "./monitor";
import { isClean, planStack } from "./plan";
import { planJson } from "./plan-json";
import { reportSection } from "./report/stack";
import type { PlanOrder, PlannedStack, StackResult } from "./stacks";
import { summary } from "./summary";
import { writeStack } from "./write";

/** Plans, writes and compares one stack. */
async function planned(order: PlanOrder, stack: string): Promise<PlannedStack> {
  const { project, out, configFile, diff } = order;
  // Read before this plan may be written to the same folder.
  const earlier = diff === undefined ? undefined : readPlan(diff, stack);
  const plan = await planStack({
    project,
    stack,
    program,
    rules,
    ...(configFile === undefined ? {} : { configFile }),
  });
  writeStack(out, plan);
  return {
    stack,
    clean: isClean(plan),
    resources: plan.resources.length,
    rules: rules.length,
    seconds: plan.seconds,
    summary: summary(plan),
    section: reportSection(plan),
    difference: diff === undefined ? undefined : differenceOf(stack, earlier, planJson(plan)),
  };
}

async function resultOf(order: PlanOrder, stack: string): Promise<StackResult> {
  try {
    return await planned(order, stack);
  } catch (error) {
    // A verdict of before must not stand for a stack that cannot be planned.
    rmSync(join(order.out, stack, "plan.json"), { force: true });
    return {
      stack,
      message: messageOf(error),
      problems: error instanceof InputError ? error.problems : [],
    };
  }
}

/**
 * Errors that are addressed to the reader say enough by their message; any other is a bug and shows
 * where.
 */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const addressed =
    error instanceof InputError ||
    error instanceof RecordingError ||
    "__pulumResourceError" in error ||
    "__pulumiRunError" in error;
  return addressed ? error.message : (error.stack ?? error.message);
}

// Whatever the program or the SDK logs must not end up between the JSON of the command.
console.log = console.error;
const order: PlanOrder = workerData;
parentPort?.on("message", (message: "end" | { readonly stack: string }) => {
  if (message === "end") parentPort?.close();
  else void resultOf(order, message.stack).then((result) => parentPort?.postMessage(result));
});
