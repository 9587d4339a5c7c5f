import {
  Command,
  CommanderError,
  InvalidArgumentError,
  type CommandUnknownOpts,
} from "@commander-js/extra-typings";
import { exitCodeOf, UsageError, type ExitCode } from "./exit-codes";
import { Terminal } from "./terminal";

/** A command line: that of a verb, or of a program of lab/ or test/. */
export interface CommandLine {
  /** More than the summary, for `--help`. */
  readonly details?: string;
  /** What follows the name in an example that works. */
  readonly examples: readonly [string, ...string[]];
  /** Options, arguments and the action; the action sets the terminal's exit code. */
  define(command: Command, terminal: Terminal): unknown;
}

/** The help of `--json`, which every verb with data has. */
export const jsonHelp = "print the result as JSON, and nothing else, on standard output";

/** The help of an argument or option that names a ledger. */
export const ledgerHelp = "a file *.jsonl, a folder, or s3://<audit bucket>/ledger";

/** The help of an option that names a key to sign with. */
export const keyHelp = "private key in PEM, or awskms:///alias/<name>";

/** Makes the command; `program` is what a person types before the arguments. */
export function commandOf(
  program: string,
  summary: string,
  line: CommandLine,
  terminal: Terminal,
): CommandUnknownOpts {
  const command = new Command(program)
    .description([summary, line.details ?? []].flat().join("\n\n"))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.complain(text.trimEnd()),
      outputError: () => undefined,
    })
    .addHelpText(
      "after",
      `\nExamples:\n${line.examples.map((one) => `  $ ${program} ${one}`.trimEnd()).join("\n")}`,
    );
  line.define(command, terminal);
  requireAllAtOnce(command);
  return command.hook("preAction", () => {
    if (command.getOptionValue("json") === true) terminal.onlyJson();
  });
}

/** Commander names the first required option that is missing; a person wants to know all. */
function requireAllAtOnce(command: CommandUnknownOpts): void {
  const required = command.options.filter(({ mandatory }) => mandatory);
  for (const option of required) {
    option.mandatory = false;
    option.description += " (required)";
  }
  command.hook("preAction", () => {
    const missing = required.filter(
      (option) => command.getOptionValue(option.attributeName()) === undefined,
    );
    if (missing.length > 0)
      throw new UsageError(`missing: ${missing.map(({ flags }) => flags).join(", ")}`);
  });
}

/** Runs a command and returns its exit code; whatever goes wrong is told on the terminal. */
export async function runCommand(
  command: CommandUnknownOpts,
  argv: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    await command.parseAsync([...argv], { from: "user" });
    return terminal.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const message = error instanceof Error ? error.message : String(error);
    const ofUse = error instanceof CommanderError || error instanceof UsageError;
    terminal.complain(
      ofUse ? `${message.replace(/^error: /, "")}\n\n${usageOf(command)}` : message,
    );
    return error instanceof CommanderError ? 2 : exitCodeOf(error);
  }
}

function usageOf(command: CommandUnknownOpts): string {
  const words = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const options = command.options.flatMap(({ long, short }) => long ?? short ?? []);
  return `usage: ${command.name()} ${command.usage()}\nallowed: ${[...words, ...options, "--help (says more)"].join(", ")}`;
}

/** Runs a program of lab/ or test/ by its command line, and sets the exit code of the process. */
export async function runProgram(
  program: string,
  summary: string,
  line: CommandLine,
): Promise<void> {
  const terminal = new Terminal();
  endWithReader();
  process.exitCode = await runCommand(
    commandOf(program, summary, line, terminal),
    process.argv.slice(2),
    terminal,
  );
}

/** Reads a whole number of an option. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`Allowed: a whole number from ${least} to ${most}.`);
    return value;
  };
}

/** Collects the values of an option that may be given more than once. */
export function repeated(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Exit code of a program whose reader went away, as of one that SIGPIPE ends. */
const readerGone = 141;

/**
 * Ends the program without a word when whoever reads its output has read enough, such as `head`.
 */
export function endWithReader(stream: NodeJS.WriteStream = process.stdout): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(readerGone);
  });
}
