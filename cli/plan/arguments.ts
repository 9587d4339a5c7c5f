import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface PlanArguments {
  /** Stacks by name; every stack of the project when empty. */
  readonly stacks: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  readonly out: string;
  readonly configFile: string | undefined;
  /** An earlier `--out` folder to compare with. */
  readonly diff: string | undefined;
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const usage = `Usage: npm run plan -- [--stack NAME]... [--json] [--out FOLDER] [--config-file FILE] [--diff FOLDER]

Runs the program of each stack without a cloud, judges it, and writes FOLDER/<stack>/ and FOLDER/index.html.

  --stack NAME        a stack that has a Pulumi.NAME.yaml; may be repeated; every stack without it
  --config-file FILE  another stack file, for exactly one --stack
  --out FOLDER        where to write (default: out)
  --diff FOLDER       compare each plan with the one that an earlier run left in FOLDER
  --json              print the plans, or with --diff the differences, as JSON and nothing else
  --help              this text

Exit codes: 0 clean, 1 mandatory policy violations, 2 a configuration or program error.
With --diff differences are no error, and a folder without a plan is one of configuration.`;

/** Reads the arguments; every stack must be one of `known`. Throws UsageError. */
export function planArguments(args: readonly string[], known: readonly string[]): PlanArguments {
  const { stack, json, help, out, diff, "config-file": configFile } = read(args);
  const unknown = stack.filter((name) => !known.includes(name));
  if (unknown.length > 0 && configFile === undefined)
    throw new UsageError(
      `--stack: got ${unknown.join(", ")}, allowed: ${known.join(", ")} (a stack has a Pulumi.<stack>.yaml)`,
    );
  if (configFile !== undefined && stack.length !== 1)
    throw new UsageError(`--config-file needs exactly one --stack, got ${stack.length}`);
  return { stacks: [...new Set(stack)], json, help, out, configFile, diff };
}

function read(args: readonly string[]): {
  stack: string[];
  json: boolean;
  help: boolean;
  out: string;
  "config-file": string | undefined;
  diff: string | undefined;
} {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        stack: { type: "string", multiple: true },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        out: { type: "string" },
        "config-file": { type: "string" },
        diff: { type: "string" },
      },
    });
    return {
      stack: values.stack ?? [],
      json: values.json ?? false,
      help: values.help ?? false,
      out: values.out ?? "out",
      "config-file": values["config-file"],
      diff: values.diff,
    };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
