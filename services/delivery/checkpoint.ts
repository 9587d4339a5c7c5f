import { z } from "zod";
import { signedCheckpoint, type CheckpointSigner } from "../evidence/checkpoint";
import { objectName } from "../evidence/ledger";
import { exitCodes, readArguments, runProgram, text } from "./command-line";
import { kmsSigner, publicKeyAt } from "./kms";
import { checkpointFolder, openLedger } from "./ledger-location";
import { objectLocation, s3, type ObjectStore } from "./object-store";
import { InputError } from "../contract/problems";

const options = z.object({ ledger: text, "checkpoint-key": text });

/** What a checkpoint is made with. */
export interface Checkpointing {
  /** `s3://bucket/prefix`. */
  readonly ledger: string;
  readonly signer: CheckpointSigner;
  /** Public key of the signer, in PEM. */
  readonly publicKey: string;
  readonly objects: ObjectStore;
  /** @default the clock */
  readonly now?: Date;
  readonly report: (line: string) => void;
}

/**
 * Verifies a whole ledger and that it extends its newest checkpoint, and signs the next one where
 * there are more entries.
 * @returns exit code: 0 there is a checkpoint of every entry, 3 the ledger does not hold and none was
 *   made
 */
export async function checkpoint({
  ledger,
  signer,
  publicKey,
  objects,
  now = new Date(),
  report,
}: Checkpointing): Promise<number> {
  const remote = objectLocation(ledger);
  if (remote === undefined)
    throw new InputError("command line", [
      { key: "--ledger", got: ledger, allowed: "s3://<audit bucket>/ledger" },
    ]);
  const place = `s3://${remote.bucket}/${remote.prefix}`;
  const { read } = await openLedger(ledger, { objects, checkpointKeys: [publicKey] });
  const { entries, flaws, checkpoint: newest } = await read();
  if (flaws.length > 0) {
    report(`${place} does not hold, and gets no checkpoint:`);
    for (const flaw of flaws) report(`  ${flaw.place} ${flaw.message}`);
    return exitCodes.refused;
  }
  const last = entries.at(-1);
  if (last === undefined || last.sequence === newest?.entries) {
    report(`${place}: no entry since checkpoint ${newest?.entries ?? 0}`);
    return exitCodes.done;
  }
  const signed = await signedCheckpoint(
    { ledger: place, entries: last.sequence, head: last.hash, time: now.toISOString() },
    signer,
  );
  const { bucket, prefix } = checkpointFolder(remote);
  if (!(await objects.putNew(bucket, `${prefix}/${objectName(last.sequence)}`, signed)))
    throw new Error(`${place}: somebody else made checkpoint ${last.sequence} meanwhile`);
  report(`${place}: checkpoint ${last.sequence}, ${last.hash}`);
  return exitCodes.done;
}

async function main(argv: readonly string[]): Promise<number> {
  const { ledger, "checkpoint-key": key } = readArguments(argv, options);
  return checkpoint({
    ledger,
    signer: await kmsSigner(key),
    publicKey: await publicKeyAt(key),
    objects: s3(),
    report: (line) => console.log(line),
  });
}

if (require.main === module) void runProgram(main);
