import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Problem } from "../../services/contract/problems";
import type { PlanDifference } from "./difference";
import type { ReportSection } from "./report/page";

/** What to do with each stack. */
export interface PlanOrder {
  /** Folder of `Pulumi.yaml`. */
  readonly project: string;
  /** Folder to write to. */
  readonly out: string;
  /** @default `Pulumi.<stack>.yaml` in the project's folder */
  readonly configFile: string | undefined;
  /** Folder of an earlier plan to compare with. */
  readonly diff: string | undefined;
}

/** A stack that was planned and written; all that is left to do is to tell of it. */
export interface PlannedStack {
  readonly stack: string;
  /** Whether nothing mandatory is broken. */
  readonly clean: boolean;
  readonly resources: number;
  readonly rules: number;
  readonly seconds: { readonly program: number; readonly policies: number };
  /** What a person at a terminal reads. */
  readonly summary: string;
  readonly section: ReportSection;
  readonly difference: PlanDifference | undefined;
}

/** A stack that could not be planned. */
export interface StackFailure {
  readonly stack: string;
  readonly message: string;
  readonly problems: readonly Problem[];
}

export type StackResult = PlannedStack | StackFailure;

/**
 * Room for young objects, in megabytes: a program makes many that live until it ends, and to copy
 * them again and again takes longer than to plan.
 */
const youngMegabytes = 96;

/**
 * A thread begins with the loader of TypeScript. Not by an option of node: whatever NODE_OPTIONS
 * imports would have the file of a thread read by a loader that knows no TypeScript.
 */
const threadProgram = [createRequire(__filename).resolve("tsx/cjs"), join(__dirname, "worker.ts")]
  .map((file) => `require(${JSON.stringify(file)});`)
  .join("\n");

/**
 * Plans stacks in threads, one for each processor but no more than there are stacks, the largest
 * stack first. A thread has an SDK of its own, whose runtime is global. Returns the results in the
 * order of `stacks`; `done` hears of each at once.
 */
export async function planStacks(
  order: PlanOrder,
  stacks: readonly string[],
  done: (result: StackResult) => void,
): Promise<StackResult[]> {
  const size = (stack: string) =>
    statSync(join(order.project, `Pulumi.${stack}.yaml`), { throwIfNoEntry: false })?.size ?? 0;
  const waiting = [...stacks].sort((a, b) => size(b) - size(a));
  const results = new Map<string, StackResult>();
  const threads = Math.min(stacks.length, availableParallelism());
  await Promise.all(
    Array.from({ length: threads }, () =>
      planInThread(order, waiting, (result) => {
        results.set(result.stack, result);
        done(result);
      }),
    ),
  );
  return stacks.flatMap((stack) => results.get(stack) ?? []);
}

/** Gives one thread after the other of the waiting stacks, until none is left. */
function planInThread(
  order: PlanOrder,
  waiting: string[],
  done: (result: StackResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(threadProgram, {
      eval: true,
      workerData: order,
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    });
    const next = () => {
      const stack = waiting.shift();
      if (stack === undefined) worker.postMessage("end");
      else worker.postMessage({ stack });
    };
    worker.on("message", (result: StackResult) => {
      done(result);
      next();
    });
    worker.on("error", reject);
    worker.on("exit", () => resolve());
    next();
  });
}
