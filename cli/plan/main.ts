import "./lazy-modules";
import { join, resolve } from "node:path";
import program from "../../infra";
import { rules } from "../../policies/rules";
import { InputError } from "../../services/contract/problems";
import { endWithReader } from "../command-line";
import { differenceOf, readPlan, type PlanDifference, type WrittenPlan } from "./difference";
import { differenceText } from "./difference-text";
import { planArguments, usage, UsageError, type PlanArguments } from "./arguments";
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

/** Plans the stacks that the command line names and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const known = stackNames(project);
  const given = planArguments(args, known);
  if (given.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  // Whatever the program or the SDK logs must not end up between the JSON.
  if (given.json) console.log = console.error;
  const say = (text: string) => (given.json ? process.stderr : process.stdout).write(`${text}\n`);
  const stacks = given.stacks.length > 0 ? given.stacks : known;
  const earlier = given.diff === undefined ? undefined : earlierPlans(given.diff, stacks);
  const { plans, failures } = await planAll(given, stacks, say);
  const differences = earlier && plans.map((plan) => difference(plan, earlier));
  if (plans.length > 0) writeReport(resolve(project, given.out), plans);
  const code = failures.length > 0 ? 2 : plans.every(isClean) ? 0 : 1;
  if (given.json)
    process.stdout.write(
      `${JSON.stringify({ exitCode: code, ...(differences ? { differences } : { stacks: plans.map(planJson) }), failures }, null, 2)}\n`,
    );
  else {
    for (const plan of plans) say(`\n${summary(plan)}`);
    for (const found of differences ?? []) say(`\n${differenceText(found, given.diff ?? "")}`);
  }
  if (plans.length > 0) say(`\nreport: ${join(given.out, "index.html")}`);
  for (const failure of failures)
    process.stderr.write(`\n${failure.stack}: not planned\n${failure.message}\n`);
  return code;
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
  given: PlanArguments,
  stacks: readonly string[],
  say: (text: string) => void,
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

endWithReader();
main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(
      error instanceof UsageError ? `${error.message}\n\n${usage}\n` : `${messageOf(error)}\n`,
    );
    process.exitCode = 2;
  },
);
