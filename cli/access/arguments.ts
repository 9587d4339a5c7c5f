import { longestElevationSeconds } from "../../infra/platform/admission";
import { namespaces } from "../../infra/kubernetes/labels";
import { InputError, type Problem } from "../../services/contract/problems";
import { commandLine } from "../command-line";

export const usage = `usage: npm run access -- <command> [options]

  review [--stack prod]                   writes every right of every principal, and every store and listener, to out/
  elevate --user <name> --namespace <namespace> --minutes <1 to ${longestElevationSeconds / 60}> --reason "..." --ledger <where> [--context <name>]
                                          lets another person repair in a namespace for a limited time`;

/** What the command line asks for. */
export type AccessArguments =
  | { readonly command: "review"; readonly stack: string }
  | {
      readonly command: "elevate";
      readonly user: string;
      readonly namespace: string;
      readonly minutes: number;
      readonly reason: string;
      readonly ledger: string;
      readonly context: string | undefined;
    };

/**
 * Parses the command line. Throws CommandLineEnd for an unknown option, and InputError with every
 * problem of the values.
 */
export function accessArguments(args: readonly string[]): AccessArguments {
  const text = { type: "string" } as const;
  const { values, positionals } = commandLine(args, {
    usage,
    options: {
      stack: text,
      user: text,
      namespace: text,
      minutes: text,
      reason: text,
      ledger: text,
      context: text,
    },
    operands: 1,
  });
  const [command] = positionals;
  if (command === "review") return { command, stack: values.stack ?? "prod" };
  if (command !== "elevate")
    throw new InputError("command line", [
      { key: "command", got: command, allowed: "review or elevate" },
    ]);
  const { user = "", namespace = "", reason = "", ledger = "", context } = values;
  const minutes = Number(values.minutes);
  const known: readonly string[] = Object.values(namespaces);
  const problems: Problem[] = [
    ...Object.entries({ user, reason, ledger })
      .filter(([, value]) => value.trim() === "")
      .map(([key, got]) => ({ key: `--${key}`, got, allowed: "a value" })),
    ...(known.includes(namespace)
      ? []
      : [{ key: "--namespace", got: values.namespace, allowed: known.join(", ") }]),
    ...(Number.isInteger(minutes) && minutes >= 1 && minutes * 60 <= longestElevationSeconds
      ? []
      : [
          {
            key: "--minutes",
            got: values.minutes,
            allowed: `a whole number from 1 to ${longestElevationSeconds / 60}`,
          },
        ]),
  ];
  if (problems.length > 0) throw new InputError("command line", problems);
  return { command, user, namespace, minutes, reason, ledger, context };
}
