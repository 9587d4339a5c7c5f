import { inspect } from "node:util";
import type { z } from "zod";

/** One thing wrong with an input: where, what was given, what would be right. */
export interface Problem {
  /** Path of the field, e.g. `regions[1].cidr`. */
  readonly key: string;
  /** The value that was given, as it was read. */
  readonly got: unknown;
  /** What is allowed, in words. */
  readonly allowed: string;
}

/** All problems of one input, thrown together so that nobody repairs them one run at a time. */
export class InputError extends Error {
  constructor(
    readonly source: string,
    readonly problems: readonly Problem[],
  ) {
    super(
      `${source} has ${problems.length} problem${problems.length === 1 ? "" : "s"}:\n${problems.map((p) => `  - ${describeProblem(p)}`).join("\n")}`,
    );
    this.name = "InputError";
  }
}

/** A problem in one line: `regions[0].cidr: got "10.0.0.0/33", allowed: an IPv4 block ...`. */
export function describeProblem(problem: Problem): string {
  return `${problem.key}: got ${show(problem.got)}, allowed: ${problem.allowed}`;
}

/** Parses `input` or throws an {@link InputError} that lists every problem. */
export function parseOrThrow<S extends z.ZodType>(
  schema: S,
  input: unknown,
  source: string,
): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new InputError(source, problemsOf(result.error, input));
}

/** What a problem with an unknown key says. */
export const noSuchKey =
  "no such key; docs/stack.schema.json lists those of a stack, docs/model.schema.json those of a contract";

/** The problems that a zod error reports about `input`; unknown keys become one problem each. */
export function problemsOf(error: z.ZodError, input: unknown): Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        key: pathName([...issue.path, key]),
        got: valueAt(input, [...issue.path, key]),
        allowed: noSuchKey,
      }));
    }
    if (issue.code === "invalid_key")
      return [
        {
          key: pathName(issue.path),
          got: issue.path.at(-1),
          allowed: `as a key ${issue.issues[0]?.message ?? issue.message}`,
        },
      ];
    return [
      {
        key: pathName(issue.path),
        got: valueAt(input, issue.path),
        allowed: allowedBy(issue.message),
      },
    ];
  });
}

/** Kinds of values in words. */
const kindNames: Readonly<Record<string, string>> = {
  object: "a mapping of keys",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/**
 * What is allowed, out of a message of zod's own such as `Invalid input: expected string, received
 * undefined`; other texts say it already.
 */
function allowedBy(message: string): string {
  const match =
    /^(?:Invalid (?:input|option)|Too (?:small|big)): expected (.*?)(?:, received .*)?$/.exec(
      message,
    );
  const expected = match?.[1] ?? message;
  return kindNames[expected] ?? expected;
}

/** Longest key of an input that a message shows in full. */
const shownKeyCharacters = 80;

/** Words of ASCII with single spaces between them: readers know different versions of Unicode. */
const plainKey = /^(?:(?![.[\]"])[!-~])+(?: (?:(?![.[\]"])[!-~])+)*$/;

/**
 * A path in words: `regions[1].cidr`. A key that could be misread, such as one with a dot or a line
 * break, stands in quotes: `metrics["a.b"]`.
 */
export function pathName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "(whole input)";
  return path
    .map((part, i) => {
      const text = String(part);
      if (typeof part === "number") return `[${text}]`;
      const characters = [...text];
      if (characters.length > shownKeyCharacters)
        return `[${JSON.stringify(`${characters.slice(0, shownKeyCharacters).join("")}...`)}]`;
      return plainKey.test(text) ? `${i === 0 ? "" : "."}${text}` : `[${JSON.stringify(text)}]`;
    })
    .join("");
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = jsonOf(value) ?? inspect(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/**
 * JSON of a value, or undefined where there is none: YAML can hold cycles and integers that JSON
 * cannot.
 */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
