import "./lazy-modules";
import { Option } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import program from "../../infra";
import { rules } from "../../policies/rules";
import { InputError } from "../../services/contract/problems";
import { jsonHelp, repeated, type CommandLine } from "../command";
import { UsageError, type ExitCode } from "../exit-codes";
import type { Terminal } from "../terminal";
import { differenceOf, readPlan, type PlanDifference, type WrittenPlan } from "./difference";
import { differenceText } from "./difference-text";
import { RecordingError } from "./monitor";
import { isClean, planStack, type StackPlan } from "./plan";
import { planJson } from "./plan-json";
import { stackNames } from "./stack-file";
import { summary } from "./summary";
import { writeReport, writeStack } from "./write";

const project = resolve(__dirname, "..", "..");

/** A stack that could not be planned. */
interface Failure {
  readonly stack: string;
  readonly message: string;
  readonly problems: InputError["problems"];
}

/** What the command line asks for. */
interface Given {
  /** Stacks by name; every stack of the project when empty. */
  readonly stack: readonly string[];
  readonly out: string;
  readonly configFile?: string | undefined;
  /** An earlier `--out` folder to compare with. */
  readonly diff?: string | undefined;
}

/** The stacks to plan. Throws UsageError for one that there is not. */
function stacksOf({ stack, configFile }: Given): readonly string[] {
  const known = stackNames(project);
  const unknown = stack.filter((name) => !known.includes(name));
  if (unknown.length > 0 && configFile === undefined)
    throw new UsageError(
      `--stack: got ${unknown.join(", ")}, allowed: ${known.join(", ")} (a stack has a Pulumi.<stack>.yaml)`,
    );
  if (configFile !== undefined && stack.length !== 1)
    throw new UsageError(`--config-file needs exactly one --stack, got ${stack.length}`);
  return stack.length > 0 ? [...new Set(stack)] : known;
}

/** Plans the stacks that the command line names, and judges them. */
async function run(given: Given, terminal: Terminal): Promise<void> {
  const stacks = stacksOf(given);
  const earlier = given.diff === undefined ? undefined : earlierPlans(given.diff, stacks);
  const { plans, failures } = await planAll(given, stacks, terminal.print);
  const differences = earlier && plans.map((plan) => difference(plan, earlier));
  if (plans.length > 0) writeReport(resolve(project, given.out), plans);
  const exitCode: ExitCode = failures.length > 0 ? 2 : plans.every(isClean) ? 0 : 1;
  terminal.exitCode = exitCode;
  terminal.result(
    {
      exitCode,
      ...(differences ? { differences } : { stacks: plans.map(planJson) }),
      failures,
    },
    [
      ...plans.map((plan) => `\n${summary(plan)}`),
      ...(differences ?? []).map((found) => `\n${differenceText(found, given.diff ?? "")}`),
    ],
  );
  if (plans.length > 0) terminal.print(`\nreport: ${join(given.out, "index.html")}`);
  for (const { stack, message } of failures)
    terminal.complain(`\n${stack}: not planned\n${message}`);
}

/** The plans of an earlier run, read before this one may write to the same folder. */
function earlierPlans(folder: string, stacks: readonly string[]): ReadonlyMap<string, WrittenPlan> {
  const plans = stacks.flatMap((stack) => {
    const plan = readPlan(resolve(project, folder), stack);
    return plan === undefined ? [] : [[stack, plan] as const];
  });
  if (plans.length > 0) return new Map(plans);
  throw new UsageError(
    `--diff: got ${folder}, allowed: a folder that an earlier --out wrote, with the plan.json of ${stacks.join(" or ")} below it`,
  );
}

function difference(plan: StackPlan, earlier: ReadonlyMap<string, WrittenPlan>): PlanDifference {
  return differenceOf(plan.stack, earlier.get(plan.stack), planJson(plan));
}

async function planAll(
  given: Given,
  stacks: readonly string[],
  say: (line: string) => void,
): Promise<{ plans: StackPlan[]; failures: Failure[] }> {
  const plans: StackPlan[] = [];
  const failures: Failure[] = [];
  for (const stack of stacks) {
    try {
      const plan = await planStack({
        project,
        stack,
        program,
        rules,
        ...(given.configFile === undefined ? {} : { configFile: given.configFile }),
      });
      writeStack(resolve(project, given.out), plan);
      plans.push(plan);
      say(
        `${stack.padEnd(8)} ${String(plan.resources.length).padStart(5)} resources in ${plan.seconds.program.toFixed(2)} s, ${rules.length} rules in ${plan.seconds.policies.toFixed(2)} s -> ${join(given.out, stack)}`,
      );
    } catch (error) {
      failures.push({
        stack,
        message: messageOf(error),
        problems: error instanceof InputError ? error.problems : [],
      });
    }
  }
  return { plans, failures };
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

export const verb: CommandLine = {
  details: `Runs the program of each stack, judges it with the policy pack, and writes <out>/<stack>/ and <out>/index.html. Ends with 1 where a mandatory rule is broken, with 2 where a stack cannot be planned.
With --diff differences are no finding, and a folder without a plan cannot be used.`,
  examples: ["", "--stack prod --json", "--stack prod --out out/before", "--diff out/before"],
  define: (command, terminal) =>
    command
      .addOption(
        new Option("--stack <name>", "a stack that has a Pulumi.<name>.yaml; may be repeated")
          .argParser(repeated)
          .default([], "all"),
      )
      .option("--config-file <file>", "another stack file, for exactly one --stack")
      .option("--out <folder>", "where to write", "out")
      .option("--diff <folder>", "compare each plan with the one that an earlier run left there")
      .option("--json", `${jsonHelp}: the plans, or with --diff the differences`)
      .action((given) => run(given, terminal)),
};
