import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { z } from "zod";
import { digest } from "../contract/digests";
import { InputError, parseOrThrow } from "../contract/problems";
import type { Entry } from "../evidence/ledger";
import { exitCodes, readArguments, runProgram, text } from "./command-line";
import { checkpointKeysAt } from "./kms";
import { openLedger, type OpenLedger } from "./ledger-location";
import { factsOf } from "./record-run";

/** An attempt to replace the champion of a model. */
export interface Attempt {
  readonly subject: string;
  /** Digest of the champion's model, not of its manifest, which can be written again. */
  readonly champion: string;
  readonly run: string;
  readonly actor: string;
}

/**
 * Which attempt to replace this champion a run is, from 1, and puts it on record before anything is
 * judged: a run that is ended, or started again, has spent its attempt. A run that asks again gets
 * the number that it has.
 */
export async function attemptOf(
  ledger: Pick<OpenLedger, "chain" | "record">,
  { subject, champion, run, actor }: Attempt,
): Promise<number> {
  const made = (await ledger.chain()).filter(
    (entry) =>
      entry.action === "attempt" &&
      entry.subject === subject &&
      entry.details["champion"] === champion,
  );
  const own = made.findIndex(({ details }) => details["run"] === run);
  if (own >= 0) return own + 1;
  const attempt = made.length + 1;
  const details = { champion, run, attempt };
  await ledger.record({ actor, action: "attempt", subject, details });
  return attempt;
}

/** The number that a run is on record with; undefined where no attempt of it is. */
export function attemptOnRecord(
  entries: readonly Entry[],
  { subject, run }: Pick<Attempt, "subject" | "run">,
): number | undefined {
  const made = entries.findLast(
    (entry) =>
      entry.action === "attempt" && entry.subject === subject && entry.details["run"] === run,
  );
  const number = made?.details["attempt"];
  return typeof number === "number" ? number : undefined;
}

/** What the step `train` states of a model that has a champion. */
const trainedSchema = z.object({ outcome: z.literal("trained"), champion: digest });

const operand = "run directory";
const options = z.object({
  [operand]: text,
  ledger: text,
  "checkpoint-key": text.optional(),
  actor: text,
  run: text.optional(),
  output: text,
});

/**
 * Counts a run, whose step `train` is done, as an attempt to replace its champion, and writes the
 * number to `--output`, by which the step `evaluate` judges it.
 */
export async function main(
  argv: readonly string[],
  print: (line: string) => void = console.log,
): Promise<number> {
  const given = readArguments(argv, options, [operand]);
  const location = given[operand];
  const fact = (await factsOf(location)).find(({ action }) => action === "train");
  if (fact === undefined)
    throw new InputError(location, [
      { key: "facts/train.json", got: undefined, allowed: "what the step train stated" },
    ]);
  const { champion } = parseOrThrow(trainedSchema, fact.details, `${location} train`);
  const ledger = await openLedger(given.ledger, {
    checkpointKeys: await checkpointKeysAt(given["checkpoint-key"]),
  });
  const number = await attemptOf(ledger, {
    subject: fact.subject,
    champion,
    run: given.run ?? basename(location.replace(/\/+$/, "")),
    actor: given.actor,
  });
  mkdirSync(dirname(given.output), { recursive: true });
  writeFileSync(given.output, String(number));
  print(`attempt ${number} to replace ${champion}`);
  return exitCodes.done;
}

if (require.main === module) void runProgram((argv) => main(argv));
