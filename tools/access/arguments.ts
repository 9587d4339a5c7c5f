import { parseArgs } from "node:util";
import { longestElevationSeconds } from "../../infra/cluster/admission";
import { namespaces } from "../../infra/vocabulary";
import { InputError, type Problem } from "../../services/contract/problems";

export const usage = `usage: npm run access -- <command> [options]

  review [--stack prod]                   writes every right of every principal, and every store and listener, to out/
  elevate --user <name> --namespace <namespace> --minutes <1 to ${longestElevationSeconds / 60}> --reason "..." --ledger <where> [--context <name>]
                                          lets another person repair in a namespace for a limited time`;

/** What the command line asks for. */
export type AccessArguments =
  | { readonly command: "review"; readonly stack: string }
  | { readonly command: "elevate"; readonly user: string; readonly namespace: string; readonly minutes: number; readonly reason: string; readonly ledger: string; readonly context: string | undefined };

/** Parses the command line. Throws InputError with every problem. */
export function accessArguments(args: readonly string[]): AccessArguments {
  const text = { type: "string" } as const;
  const { values, positionals } = parsed(() => parseArgs({ args: [...args], allowPositionals: true, options: { stack: text, user: text, namespace: text, minutes: text, reason: text, ledger: text, context: text } }));
  const [command] = positionals;
  if (command === "review" && positionals.length === 1) return { command, stack: values.stack ?? "prod" };
  if (command !== "elevate" || positionals.length > 1) throw new InputError("command line", [{ key: "command", got: positionals.join(" "), allowed: "review or elevate" }]);
  const { user = "", namespace = "", reason = "", ledger = "", context } = values;
  const minutes = Number(values.minutes);
  const known: readonly string[] = Object.values(namespaces);
  const problems: Problem[] = [
    ...Object.entries({ user, reason, ledger }).filter(([, value]) => value.trim() === "").map(([key, got]) => ({ key: `--${key}`, got, allowed: "a value" })),
    ...(known.includes(namespace) ? [] : [{ key: "--namespace", got: values.namespace, allowed: known.join(", ") }]),
    ...(Number.isInteger(minutes) && minutes >= 1 && minutes * 60 <= longestElevationSeconds ? [] : [{ key: "--minutes", got: values.minutes, allowed: `a whole number from 1 to ${longestElevationSeconds / 60}` }]),
  ];
  if (problems.length > 0) throw new InputError("command line", problems);
  return { command, user, namespace, minutes, reason, ledger, context };
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InputError("command line", [{ key: "options", got: error instanceof Error ? error.message : String(error), allowed: "the options of the usage" }]);
  }
}
