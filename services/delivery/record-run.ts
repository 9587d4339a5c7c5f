import { basename } from "node:path";
import {
  codeOfInput,
  CommandLineEnd,
  commandLine,
  runCommand,
  unusable,
} from "../../cli/command-line";
import { openLedger } from "./ledger-location";
import { factsOf, recordFacts } from "./run-facts";

const usage = `usage: npm run record:run -- <run directory> --ledger <where> --actor <who ran it> [--run <name of the run>]

Adds what a training run did to the audit ledger: trained, evaluated, released, or refused by a gate. Safe to run again.
The run directory is a folder, a file:// URL or s3://bucket/prefix; the ledger a file *.jsonl, a folder, or s3://<audit bucket>/ledger.
Exit codes: 0 done, 1 failed, 2 an input that cannot be used.`;

/** Records a run and returns the exit code. */
export async function main(
  argv: readonly string[],
  print: (line: string) => void = console.log,
): Promise<number> {
  try {
    const text = { type: "string" } as const;
    const { values, positionals } = commandLine(argv, {
      usage,
      operands: 1,
      options: { ledger: text, actor: text, run: text },
    });
    const [location] = positionals;
    const { ledger: where, actor } = values;
    if (location === undefined)
      throw unusable(
        "run directory: got nothing, allowed: a folder, a file:// URL or s3://bucket/prefix",
        usage,
      );
    if (where === undefined)
      throw unusable(
        "--ledger: got nothing, allowed: a file *.jsonl, a folder, or s3://<audit bucket>/ledger",
        usage,
      );
    if (actor === undefined) throw unusable("--actor: got nothing, allowed: who ran it", usage);
    const facts = await factsOf(location);
    const ledger = await openLedger(where);
    const added = await recordFacts(ledger, facts, {
      run: values.run ?? basename(location.replace(/\/+$/, "")),
      actor,
    });
    const last = (await ledger.chain()).at(-1);
    print(
      `${facts.length} facts, recorded now: ${added.join(", ") || "none"}${last === undefined ? "" : `; ledger: entry ${last.sequence}, ${last.hash}`}`,
    );
    return 0;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    if (error instanceof CommandLineEnd) return error.code;
    return codeOfInput(error);
  }
}

if (require.main === module) void runCommand((argv) => main(argv));
