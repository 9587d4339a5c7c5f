import { join } from "node:path";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { commandOf, endWithReader, runCommand, type CommandLine } from "./command";
import type { ExitCode } from "./exit-codes";
import { Terminal } from "./terminal";
import table from "./verbs.json";

/** A row of the table of verbs. */
export interface VerbRow {
  readonly name: string;
  readonly summary: string;
  /** File of this folder that exports the command line as `verb`. */
  readonly module: string;
}

export const verbs: readonly VerbRow[] = table.groups.flatMap((group) => group.verbs);

/** The command line of a verb. Its module is loaded here, and nowhere sooner. */
export function commandLineOf({ module }: VerbRow): CommandLine {
  const loaded: unknown = require(join(__dirname, module));
  if (!hasVerb(loaded)) throw new TypeError(`cli/${module} must export a command line as verb`);
  return loaded.verb;
}

/** The command of a verb. */
export function verbCommand(row: VerbRow, terminal: Terminal): CommandUnknownOpts {
  return commandOf(`npx causeway ${row.name}`, row.summary, commandLineOf(row), terminal);
}

function hasVerb(module: unknown): module is { readonly verb: CommandLine } {
  return typeof module === "object" && module !== null && "verb" in module;
}

/** Runs a verb by its name. Throws RangeError where there is none. */
export async function runVerb(
  name: string,
  argv: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const row = verbs.find((one) => one.name === name);
  if (row === undefined)
    throw new RangeError(`verb: got ${name}, allowed: ${verbs.map((one) => one.name).join(", ")}`);
  return runCommand(verbCommand(row, terminal), argv, terminal);
}

/** Runs a verb for the launcher, and sets the exit code of the process. */
export async function main(name: string, argv: readonly string[]): Promise<void> {
  endWithReader();
  // Whatever a library or the program of a stack logs must not end up between the JSON.
  if (argv.includes("--json")) console.log = console.error;
  process.exitCode = await runVerb(name, argv, new Terminal());
}
