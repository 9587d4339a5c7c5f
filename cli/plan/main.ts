import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Option } from "@commander-js/extra-typings";
import { jsonHelp, repeated, type CommandLine } from "../command";
import { UsageError, type ExitCode } from "../exit-codes";
import { outFolder, projectHelp, repository, shownPath } from "../project";
import type { Terminal } from "../terminal";
import { readPlan, type WrittenPlan } from "./difference";
import { differenceMarkdown } from "./difference-markdown";
import { differenceText } from "./difference-text";
import { reportPage } from "./report/page";
import { stackNames } from "./stack-file";
import { planStacks, type PlannedStack, type PlanOrder } from "./stacks";

/** What the command line asks for. */
interface Given {
  readonly project: string;
  /** Stacks by name; every stack of the project when empty. */
  readonly stack: readonly string[];
  readonly out?: string | undefined;
  readonly configFile?: string | undefined;
  /** An earlier `--out` folder to compare with. */
  readonly diff?: string | undefined;
  /** File to write the comment of a pull request to. */
  readonly markdown?: string | undefined;
  readonly json?: true | undefined;
}

/** The stacks to plan. Throws UsageError for one that there is not. */
function stacksOf({ project, stack, configFile }: Given): readonly string[] {
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
  const order = orderOf(given, stacks);
  const earlier = earlierPlans(given, order, stacks);
  const results = await planStacks(order, stacks, (result) => {
    if ("section" in result) terminal.print(progress(result, shownPath(order.out)));
  });
  const plans = results.flatMap((result) => ("section" in result ? [result] : []));
  const failures = results.flatMap((result) => ("section" in result ? [] : [result]));
  if (plans.length > 0)
    writeFileSync(join(order.out, "index.html"), reportPage(plans.map(({ section }) => section)));
  const exitCode: ExitCode = failures.length > 0 ? 2 : plans.every(({ clean }) => clean) ? 0 : 1;
  terminal.exitCode = exitCode;
  const differences = plans.flatMap(({ difference }) => difference ?? []);
  const found = () =>
    given.diff === undefined
      ? { stacks: plans.map(({ stack }) => writtenPlan(order.out, stack)) }
      : { differences };
  terminal.result({ exitCode, ...(given.json === true ? found() : {}), failures }, [
    ...plans.map((plan) => `\n${plan.summary}`),
    ...differences.map((one) => `\n${differenceText(one, given.diff ?? "")}`),
  ]);
  if (given.markdown !== undefined)
    writeFileSync(
      resolve(given.markdown),
      differenceMarkdown(
        differences.flatMap((difference) => {
          const later = readPlan(order.out, difference.stack);
          return later ? [{ difference, earlier: earlier.get(difference.stack), later }] : [];
        }),
        failures,
      ),
    );
  if (plans.length > 0) terminal.print(`\nreport: ${shownPath(join(order.out, "index.html"))}`);
  for (const { stack, message } of failures)
    terminal.complain(`\n${stack}: not planned\n${message}`);
}

function orderOf(given: Given, stacks: readonly string[]): PlanOrder {
  const diff = given.diff === undefined ? undefined : resolve(given.diff);
  if (diff !== undefined && !stacks.some((stack) => existsSync(join(diff, stack, "plan.json"))))
    throw new UsageError(
      `--diff: got ${given.diff}, allowed: a folder that an earlier --out wrote, with the plan.json of ${stacks.join(" or ")} below it`,
    );
  return {
    project: given.project,
    out: outFolder(given.out),
    configFile: given.configFile,
    diff,
  };
}

/** The plans to compare with, read before this run may write to their folder. */
function earlierPlans(
  { markdown }: Given,
  { diff }: PlanOrder,
  stacks: readonly string[],
): ReadonlyMap<string, WrittenPlan | undefined> {
  if (markdown === undefined) return new Map();
  if (diff === undefined)
    throw new UsageError("--markdown: got no --diff, allowed: with --diff <folder>");
  return new Map(stacks.map((stack) => [stack, readPlan(diff, stack)]));
}

function progress({ stack, resources, rules, seconds }: PlannedStack, out: string): string {
  return `${stack.padEnd(8)} ${String(resources).padStart(5)} resources in ${seconds.program.toFixed(2)} s, ${rules} rules in ${seconds.policies.toFixed(2)} s -> ${join(out, stack)}`;
}

function writtenPlan(out: string, stack: string): unknown {
  return JSON.parse(readFileSync(join(out, stack, "plan.json"), "utf8"));
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
      .option("--project <folder>", projectHelp, repository)
      .option("--config-file <file>", "another stack file, for exactly one --stack")
      .option("--out <folder>", "where to write [default: out of the repository]")
      .option("--diff <folder>", "compare each plan with the one that an earlier run left there")
      .option("--markdown <file>", "with --diff, write the comment of a pull request to this file")
      .option("--json", `${jsonHelp}: the plans, or with --diff the differences`)
      .action((given) => run(given, terminal)),
};
