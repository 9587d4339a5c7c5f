import { existsSync, readdirSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { readJsonFile } from "../contract/json";
import { InputError, parseOrThrow } from "../contract/problems";
import { label } from "../contract/units";
import type { Fact } from "../evidence/ledger";
import { canonicalJson } from "../evidence/ledger/canonical";
import { checkpointKeysAt } from "./kms";
import { openLedger, type OpenLedger } from "./ledger-location";
import { copyDocuments, objectLocation, s3, type ObjectStore } from "./object-store";
import { exitCodes, readArguments, runProgram, text } from "./command-line";

/**
 * Actions of a training run, in the order in which they happen. The steps may state no other:
 * nobody who trains records an approval.
 */
const stated = ["train", "evaluate", "release"] as const;

/**
 * A file under `facts/` of a run directory, as services/training/causeway_training/facts.py writes
 * it.
 */
const factSchema = z.strictObject({
  action: z.enum(stated),
  subject: label,
  at: z.iso.datetime(),
  details: z.record(z.string(), z.json()),
});
type StatedFact = z.output<typeof factSchema>;

/**
 * The facts of a run at a folder, a `file://` URL or `s3://bucket/prefix`; none where no step got
 * that far. Throws InputError for a file that states no fact.
 */
export async function factsOf(
  location: string,
  objects?: ObjectStore,
): Promise<readonly StatedFact[]> {
  const remote = objectLocation(location);
  if (remote === undefined)
    return factsIn(
      join(location.startsWith("file://") ? fileURLToPath(location) : location, "facts"),
    );
  const folder = await mkdtemp(join(tmpdir(), "causeway-facts-"));
  try {
    await copyDocuments(objects ?? s3(), { ...remote, prefix: `${remote.prefix}/facts` }, folder);
    return factsIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function factsIn(folder: string): readonly StatedFact[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter(
    (name) => name.endsWith(".json") && !name.startsWith("."),
  );
  const facts = files.map((name) => {
    const fact = parseOrThrow(factSchema, readJsonFile(join(folder, name)), join(folder, name));
    if (`${fact.action}.json` !== name)
      throw new InputError(join(folder, name), [
        { key: "action", got: fact.action, allowed: "the name of the file" },
      ]);
    return fact;
  });
  return facts.sort((a, b) => stated.indexOf(a.action) - stated.indexOf(b.action));
}

/**
 * Adds the facts of a run to the ledger, each once: a fact that it has from this run is left out.
 * Returns the actions that were added.
 */
export async function recordFacts(
  ledger: Pick<OpenLedger, "chain" | "record">,
  facts: readonly StatedFact[],
  by: { readonly run: string; readonly actor: string },
): Promise<readonly string[]> {
  const added: string[] = [];
  for (const { action, subject, at, details } of facts) {
    const fact: Fact = {
      actor: by.actor,
      action,
      subject,
      details: { ...details, run: by.run, at },
    };
    const text = canonicalJson(fact.details);
    if (
      (await ledger.chain()).some(
        (entry) =>
          entry.action === action &&
          entry.subject === subject &&
          canonicalJson(entry.details) === text,
      )
    )
      continue;
    await ledger.record(fact);
    added.push(action);
  }
  return added;
}

const usage = `usage: npx tsx services/delivery/record-run.ts <run directory> --ledger <where> --actor <who ran it> [--run <name of the run>]

Adds what a training run did to the audit ledger: trained, evaluated, released, or refused by a gate. Safe to run again.
The run directory is a folder, a file:// URL or s3://bucket/prefix; the ledger a file *.jsonl, a folder, or s3://<audit bucket>/ledger.
Exit codes: 0 done, 1 failed, 2 an input that cannot be used.`;

const operand = "run directory";
const options = z.object({
  [operand]: text,
  ledger: text,
  "checkpoint-key": text.optional(),
  actor: text,
  run: text.optional(),
});

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
    const ledger = await openLedger(given.ledger, {
      checkpointKeys: await checkpointKeysAt(given["checkpoint-key"]),
    });
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
