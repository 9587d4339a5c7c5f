import { parseArgs } from "node:util";
import { z } from "zod";
import { InputError, problemsOf, type Problem } from "../contract/problems";

/**
 * Exit codes of the programs: 0 done, 1 unexpected, 2 an input that cannot be used, 3 the work ended
 * with a refusal (of a region) or with something left (of an erasure). As of the training steps.
 */
export const exitCodes = { done: 0, unexpected: 1, input: 2, refused: 3 } as const;

/** An option that is given once, as text. */
export const text = z
  .array(z.string("a value"), "a value")
  .length(1, "one value")
  .transform(([value = ""]) => value);

/** An option that may be given several times. */
export const texts = z.array(z.string("a value"), "a value");

const wholeSeconds = "a whole number of seconds, 1 or more";

/** An option that is a time in whole seconds. */
export const seconds = text.transform(Number).pipe(z.int(wholeSeconds).min(1, wholeSeconds));

/**
 * Reads a command line by a schema over {@link text}, {@link texts} and {@link seconds}.
 * @param operands keys of the schema that are given by position and not by an option's name
 * @throws InputError with everything that is wrong at once
 */
export function readArguments<S extends z.ZodObject>(
  argv: readonly string[],
  schema: S,
  operands: readonly string[] = [],
): z.output<S> {
  const { given, problems } = collect(argv, Object.keys(schema.shape), operands);
  const parsed = schema.safeParse(given);
  if (parsed.success && problems.length === 0) return parsed.data;
  const wrong = parsed.success ? [] : problemsOf(parsed.error, given);
  throw new InputError("command line", [
    ...problems,
    ...wrong.map(({ key, got, allowed }) => ({
      key: operands.includes(key) ? key : `--${key.replace(/\[\d+\]$/, "")}`,
      got: Array.isArray(got) && got.length === 1 ? got[0] : got,
      allowed,
    })),
  ]);
}

/** The values of each option and operand in the order given, and what is none of them. */
function collect(argv: readonly string[], keys: readonly string[], operands: readonly string[]) {
  const options = keys.filter((key) => !operands.includes(key));
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: Object.fromEntries(options.map((name) => [name, { type: "string" as const }])),
  });
  const given: Record<string, string[]> = {};
  const problems: Problem[] = [];
  let position = 0;
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      const operand = operands[position++];
      if (operand !== undefined) given[operand] = [token.value];
      else problems.push({ key: "arguments", got: token.value, allowed: "options only" });
    } else if (!options.includes(token.name)) {
      const allowed = options.map((name) => `--${name}`).join(", ");
      problems.push({ key: token.rawName, got: token.value, allowed: `one of ${allowed}` });
    } else if (
      token.value === undefined ||
      (token.inlineValue === false && token.value.startsWith("-"))
    ) {
      // What looks like an option is none's value: `--ledger --actor x` forgot one.
      problems.push({ key: token.rawName, got: token.value, allowed: "a value" });
    } else (given[token.name] ??= []).push(token.value);
  }
  return { given, problems };
}

/**
 * Runs a program and sets the exit code to what it returns. An error is told in its own words;
 * whoever started the program with an input that cannot be used is told by the code 2.
 */
export async function runProgram(
  main: (argv: readonly string[]) => Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof InputError ? exitCodes.input : exitCodes.unexpected;
  }
}
