import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Option } from "@commander-js/extra-typings";
import { nextStep, reaches, stageAfter, stages, type Stage } from "../../infra/stack/stages";
import type { CommandLine } from "../command";
import { UsageError, VerbError } from "../exit-codes";
import { requireStack } from "../plan/stack-file";
import { repository } from "../project";
import { stackOutputs, type Outputs } from "../stack-outputs";
import type { Terminal } from "../terminal";

interface Given {
  readonly stack: string;
  readonly stage?: Stage | undefined;
  readonly yes?: true | undefined;
}

/** Runs the next stage of a stack by `pulumi up`, and says what comes after it. */
async function run({ stack, stage, yes }: Given, terminal: Terminal): Promise<void> {
  requireStack(repository, stack);
  const outputs = stackOutputs(stack);
  if (outputs === undefined) await pulumi(["stack", "init", stack, "--no-select"]);
  const reached = reachedStage(outputs);
  const next = stageToRun(reached, stage);
  terminal.print(
    `stage ${next} (${stages.indexOf(next) + 1} of ${stages.length}; so far: ${reached ?? "none"})`,
  );
  await runOrThrow(process.execPath, [join(repository, "cli", "build-policies.mjs")]);
  await pulumi(updateArguments(stack, next, yes === true));
  terminal.print(`\nstage ${next} is done. ${nextStep(next)}`);
  if (next === "foundation")
    terminal.print(`The way in: pulumi stack output clusterAccess --stack ${stack} --json`);
  const after = stageAfter(next);
  if (after !== undefined) terminal.print(`Then: npx causeway up --stack ${stack}`);
}

/** What a plain `pulumi up` of a stage is given. */
export function updateArguments(stack: string, stage: Stage, yes: boolean): string[] {
  const config = `policies/config/${stack}.json`;
  return [
    ...["up", "--stack", stack, "--config", `causeway:stage=${stage}`],
    ...["--policy-pack", "policies"],
    ...(existsSync(join(repository, config)) ? ["--policy-pack-config", config] : []),
    ...(yes ? ["--yes"] : []),
  ];
}

/** The stage that the last complete update reached; a stack from before there were stages has all. */
export function reachedStage(outputs: Outputs): Stage | undefined {
  const told = stages.find((stage) => stage === outputs?.["stage"]);
  return told ?? (outputs !== undefined && "models" in outputs ? "models" : undefined);
}

/**
 * The stage to run: the given one, or the one after what is there. Throws UsageError for one that
 * the stack is past, which would delete, and for one whose predecessor is missing.
 */
export function stageToRun(reached: Stage | undefined, given: Stage | undefined): Stage {
  const next = reached === undefined ? stages[0] : (stageAfter(reached) ?? reached);
  if (given === undefined) return next;
  const back = reached !== undefined && !reaches(given, reached);
  if (!back && reaches(next, given)) return given;
  const allowed = [...new Set([reached ?? next, next])].join(" or ");
  throw new UsageError(
    back
      ? `--stage: got ${given}, allowed: ${allowed}; the stack has reached ${reached}, and an earlier stage deletes what it does not have`
      : `--stage: got ${given}, allowed: ${allowed}`,
  );
}

function pulumi(args: readonly string[]): Promise<void> {
  return runOrThrow("pulumi", args);
}

/** Signals that end an update in order: Pulumi finishes what it began, and writes its state. */
const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Runs a program in this terminal. What tells this process to end tells the program: else an update
 * would go on without anybody who sees it. Throws VerbError where it fails.
 */
async function runOrThrow(program: string, args: readonly string[]): Promise<void> {
  // A terminal sends Ctrl-C to both; Pulumi takes a second one for an order to stop at once.
  const forward = (signal: NodeJS.Signals) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  // Before the program starts: a signal that comes at once would end this process alone.
  for (const signal of signals) process.on(signal, forward);
  const child = spawn(program, args, { cwd: repository, env: process.env, stdio: "inherit" });
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (status !== 0)
      throw new VerbError(
        `${program} ${args[0] ?? ""} ended with ${status ?? "a signal"}; mend what it says and run this command again`,
        1,
      );
  } catch (error) {
    if (error instanceof VerbError) throw error;
    throw new VerbError(`${program}: ${error instanceof Error ? error.message : String(error)}`, 1);
  } finally {
    for (const signal of signals) process.off(signal, forward);
  }
}

export const verb: CommandLine = {
  details: `Runs pulumi up with causeway:stage set to the next stage: foundation, platform, models. Each may be run again. After the last, every run is an update of the whole stack. docs/first-run.md says what to do between the stages.`,
  examples: ["--stack dev", "--stack prod --stage platform"],
  define: (command, terminal) =>
    command
      .requiredOption("--stack <name>", "a stack that has a Pulumi.<name>.yaml")
      .addOption(
        new Option(
          "--stage <name>",
          "this stage instead of the next; never an earlier one",
        ).choices(stages),
      )
      .option("--yes", "do not ask before the update")
      .action((given) => run(given, terminal)),
};
