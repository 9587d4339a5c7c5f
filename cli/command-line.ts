import { parseArgs, type ParseArgsConfig } from "node:util";
import { InputError } from "../services/contract/problems";

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * A command ends before it begins: help was asked for (code 0), or the command line cannot be used
 * (2). The message is all that there is to say.
 */
export class CommandLineEnd extends Error {
  override readonly name = "CommandLineEnd";

  constructor(
    message: string,
    readonly code: 0 | 2,
  ) {
    super(message);
  }
}

/** What a command takes. */
export interface Grammar<O extends Options> {
  /** Text of `--help`. */
  readonly usage: string;
  readonly options: O;
  /** Most arguments that are no options. @default 0 */
  readonly operands?: number;
  /** Whether `--no-<name>` turns a boolean option off. @default false */
  readonly negative?: boolean;
}

const help = { help: { type: "boolean", short: "h" } } as const;

type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{
    args: string[];
    allowPositionals: true;
    allowNegative: boolean;
    options: O & typeof help;
  }>
>;

/**
 * Reads a command line.
 * @throws CommandLineEnd with the usage where `--help` is given, and with what is wrong, what is
 *   allowed and the usage for an unknown option, an option without its value, or an argument too
 *   many
 */
export function commandLine<const O extends Options>(
  argv: readonly string[],
  { usage, options, operands = 0, negative = false }: Grammar<O>,
): Parsed<O> {
  const parsed = strictly(
    () =>
      parseArgs({
        args: [...argv],
        allowPositionals: true,
        allowNegative: negative,
        options: { ...options, ...help },
      }),
    usage,
    [...Object.keys(options), "help"],
  );
  if ("help" in parsed.values && parsed.values.help === true) throw new CommandLineEnd(usage, 0);
  const surplus = parsed.positionals.slice(operands);
  if (surplus.length > 0)
    throw unusable(
      `got ${surplus.join(" ")}, allowed: ${operands === 0 ? "options only" : `at most ${operands} before the options`}`,
      usage,
    );
  return parsed;
}

function strictly<T>(parse: () => T, usage: string, options: readonly string[]): T {
  try {
    return parse();
  } catch (error) {
    if (!isParseError(error)) throw error;
    // What follows the first sentence is advice on how to write a file whose name begins with a
    // hyphen.
    const [what = ""] = error.message.split(". To ");
    throw unusable(`${what}, allowed: ${options.map((name) => `--${name}`).join(", ")}`, usage);
  }
}

function isParseError(error: unknown): error is { readonly message: string } {
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS") &&
    "message" in error
  );
}

/** What is wrong with a command line, above the usage. */
export function unusable(what: string, usage: string): CommandLineEnd {
  return new CommandLineEnd(`${what}\n\n${usage}`, 2);
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

/**
 * Exit code of a command that tells an input that cannot be used (2) from any other failure (1).
 */
export function codeOfInput(error: unknown): 1 | 2 {
  return error instanceof InputError || error instanceof RangeError ? 2 : 1;
}

/**
 * Runs a command and sets the exit code to what it returns. An error is told in its own words;
 * `codeOf` is its exit code.
 */
export async function runCommand(
  main: (argv: readonly string[]) => number | void | Promise<number | void>,
  codeOf: (error: unknown) => number = () => 1,
): Promise<void> {
  endWithReader();
  try {
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    const ended = error instanceof CommandLineEnd;
    (ended && error.code === 0 ? process.stdout : process.stderr).write(
      `${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = ended ? error.code : codeOf(error);
  }
}
