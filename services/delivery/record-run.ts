import { basename } from "node:path";
import { z } from "zod";
import { InputError } from "../contract/problems";
import { exitCodes, readArguments, runProgram, text } from "./command-line";
import { openLedger } from "./ledger-location";
import { factsOf, recordFacts } from "./run-facts";

const usage = `usage: npm run record:run -- <run directory> --ledger <where> --actor <who ran it> [--run <name of the run>]

Adds what a training run did to the audit ledger: trained, evaluated, released, or refused by a gate. Safe to run again.
The run directory is a folder, a file:// URL or s3://bucket/prefix; the ledger a file *.jsonl, a folder, or s3://<audit bucket>/ledger.
Exit codes: 0 done, 1 failed, 2 an input that cannot be used.`;

const operand = "run directory";
const options = z.object({ [operand]: text, ledger: text, actor: text, run: text.optional() });

/** Records a run and returns the exit code. */
export async function main(
  argv: readonly string[],
  print: (line: string) => void = console.log,
): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    print(usage);
    return exitCodes.done;
  }
  try {
    const given = readArguments(argv, options, [operand]);
    const location = given[operand];
    const facts = await factsOf(location);
    const ledger = await openLedger(given.ledger);
    const added = await recordFacts(ledger, facts, {
      run: given.run ?? basename(location.replace(/\/+$/, "")),
      actor: given.actor,
    });
    const last = (await ledger.chain()).at(-1);
    print(
      `${facts.length} facts, recorded now: ${added.join(", ") || "none"}${last === undefined ? "" : `; ledger: entry ${last.sequence}, ${last.hash}`}`,
    );
    return exitCodes.done;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    if (!(error instanceof InputError)) return exitCodes.unexpected;
    if (error.source === "command line") print(`\n${usage}`);
    return exitCodes.input;
  }
}

if (require.main === module) void runProgram((argv) => main(argv));
