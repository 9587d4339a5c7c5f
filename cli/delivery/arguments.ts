import { killTargets, type KillTarget } from "../../infra/serving/delivery";
import { InputError, type Problem } from "../../services/contract/problems";
import { commandLine, unusable } from "../command-line";

export const commands = ["status", "record", "approve", "override", "kill", "restore"] as const;
export type Command = (typeof commands)[number];

export const usage = `usage: npm run delivery -- <command> <model> [options]

  status <model>                                          desired and live version, step, analyses, kill switch
  record <model> --ledger <where>                         keep the verdict over the last rollout
  approve <model> --role <role> --reason "..." --ledger <where> [--digest sha256:...] [--key <own private key>] [--stack <stack>]
                                                          record an approval and resume the paused release; of a role in causeway:approverKeys of the stack
                                                          only signed ones count
  override <model> --reason "..." --ledger <where> [--digest sha256:...]
                                                          record that a failed release is tried again
  kill <model> --to champion|fallback --reason "..." --ledger <where>
                                                          send all requests there, now
  restore <model> --reason "..." --ledger <where>         undo kill

  --context <name>   context of the kubeconfig, one for each region; may be repeated  (default: the current one)
  --ledger <where>   a file *.jsonl, a folder, or s3://<audit bucket>/ledger`;

/** What the command line asks for. */
export interface DeliveryArguments {
  readonly command: Command;
  readonly model: string;
  /** Contexts of the kubeconfig; undefined is the current one. */
  readonly contexts: readonly (string | undefined)[];
  readonly ledger: string | undefined;
  readonly role: string;
  readonly reason: string;
  readonly digest: string | undefined;
  /** Own private key of who approves: a file, or awskms:///alias/<name>. */
  readonly key: string | undefined;
  /** Stack whose `approverKeys` decide which approvals count. */
  readonly stack: string | undefined;
  readonly to: KillTarget;
}

/** Options that a command cannot do without. */
const needed = {
  status: [],
  record: ["ledger"],
  approve: ["ledger", "role", "reason"],
  override: ["ledger", "reason"],
  kill: ["ledger", "reason", "to"],
  restore: ["ledger", "reason"],
} as const satisfies Record<Command, readonly ("ledger" | "role" | "reason" | "to")[]>;

/** Parses the command line. Throws CommandLineEnd with every problem. */
export function deliveryArguments(args: readonly string[]): DeliveryArguments {
  const text = { type: "string" } as const;
  const { values, positionals } = commandLine(args, {
    usage,
    operands: Infinity,
    options: {
      context: { type: "string", multiple: true },
      ledger: text,
      role: text,
      reason: text,
      digest: text,
      to: text,
      key: text,
      stack: text,
    },
  });
  const [name, model, ...more] = positionals;
  const command = commands.find((known) => known === name);
  const to = killTargets.find((target) => target === values.to);
  const problems: Problem[] = [
    ...(command === undefined ? [{ key: "command", got: name, allowed: commands.join(", ") }] : []),
    ...(model === undefined
      ? [{ key: "model", got: undefined, allowed: "the name of a model" }]
      : []),
    ...more.map((got) => ({
      key: "argument",
      got,
      allowed: "nothing more: texts with spaces need quotation marks",
    })),
    ...(command === undefined
      ? []
      : needed[command]
          .filter((option) => values[option] === undefined)
          .map((option) => ({ key: `--${option}`, got: undefined, allowed: "a value" }))),
    ...(values.to !== undefined && to === undefined
      ? [{ key: "--to", got: values.to, allowed: killTargets.join(" or ") }]
      : []),
  ];
  if (command === undefined || model === undefined || problems.length > 0)
    throw unusable(new InputError("command line", problems).message, usage);
  const { context = [undefined], ledger, role = "", reason = "", digest, key, stack } = values;
  return {
    command,
    model,
    contexts: context,
    ledger,
    role,
    reason,
    digest,
    key,
    stack,
    to: to ?? "champion",
  };
}
