import {
  appendEntry,
  followObjects,
  headFlaws,
  LedgerError,
  nextEntry,
  objectName,
  objectNumber,
  readLedger,
  storeAt,
  verifyLedger,
  withoutGap,
  type Entry,
  type Fact,
  type Flaw,
  type Reading,
} from "../evidence/ledger";
import {
  verifyCheckpoint,
  type StoredCheckpoint,
  type VerifiedCheckpoint,
} from "../evidence/checkpoint";
import {
  objectLocation,
  s3,
  writtenOnce,
  type ObjectLocation,
  type ObjectStore,
  type Written,
} from "./object-store";

/**
 * A ledger that is read from, and written to, where it lies, as it stands at each call. Whoever
 * decides by it reads {@link entries}.
 */
export interface OpenLedger {
  /** Adds an entry and returns it; once it resolves, the entry is where the ledger lies. */
  record(fact: Fact): Promise<Entry>;
  /**
   * The entries that count, verified. In a bucket many programs may add to the ledger, so an
   * approval counts only where an approver's own right has put its witness beside it: an object
   * under `approvals/<role>/` by the hash of the entry.
   * @throws LedgerError where the ledger was tampered with
   */
  entries(): Promise<readonly Entry[]>;
  /**
   * Every entry, also an approval that does not count: for who exports or prints the whole chain.
   * Throws as above.
   */
  chain(): Promise<readonly Entry[]>;
  /**
   * Every entry up to the first flaw, and every flaw; throws for none.
   * @param head hash of the last entry, as somebody noted it @default not known
   */
  read(head?: string): Promise<LedgerReading>;
}

/** A ledger as it stands, compared with its newest checkpoint. */
export interface LedgerReading extends Reading {
  /** Absent where there is none, or it does not hold; only a bucket has them. */
  readonly checkpoint?: VerifiedCheckpoint | undefined;
  /** The signed text of the same. */
  readonly signedCheckpoint?: string | undefined;
}

/** What a ledger in a bucket is opened with. */
export interface LedgerOptions {
  /** @default Amazon S3 */
  readonly objects?: ObjectStore;
  /**
   * Public keys in PEM, one of which must have signed the newest checkpoint. @default its signature
   * is not verified
   */
  readonly checkpointKeys?: readonly string[];
}

/**
 * Folder of the witnesses of approvals, beside the ledger; an approver may write there under the
 * own role alone.
 */
const witnesses = "approvals";
/**
 * Folder of the ledger's checkpoints, beside the ledger; one program may write there that writes
 * nothing else.
 */
const checkpoints = "heads";

/** How often an entry is written again after somebody else took its number. */
const attempts = 5;

/** Opens the ledger at a file, a folder, or `s3://bucket/prefix`; an entry is sent at once. */
export async function openLedger(
  location: string,
  { objects, checkpointKeys = [] }: LedgerOptions = {},
): Promise<OpenLedger> {
  const remote = objectLocation(location);
  if (remote !== undefined) return openBucket(remote, objects ?? s3(), checkpointKeys);
  const store = storeAt(location);
  const entries = () => Promise.resolve(readLedger(store));
  return {
    record: (fact) => appendEntry(store, fact),
    entries,
    chain: entries,
    read: (head) => Promise.resolve({ ...verifyLedger(store, head), strays: [] }),
  };
}

/**
 * A ledger of objects that are written once: an object is written only where there is none of its
 * number, so two machines never continue the same entry.
 */
function openBucket(
  ledger: ObjectLocation,
  objects: ObjectStore,
  checkpointKeys: readonly string[],
): OpenLedger {
  const place = placeOf(ledger);
  const beside = folderBeside(ledger, witnesses);
  const put = ({ bucket, prefix }: ObjectLocation, name: string, entry: Entry) =>
    objects.putNew(bucket, `${prefix}/${name}`, JSON.stringify(entry));
  const read = bucketReader(ledger, objects, checkpointKeys);
  const chain = async () => sound(place, await read());
  const record = async (fact: Fact): Promise<Entry> => {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const { entries, free } = await chain();
      const entry = nextEntry(entries.at(-1), fact, new Date());
      // Before the entry: one without its witness would be on record and count for nothing.
      if (
        (entry.action !== "approve" || (await put(beside, witnessOf(entry), entry))) &&
        (await put(ledger, objectName(free), entry))
      )
        return entry;
    }
    throw new Error(
      `cannot record in ${place}: somebody else took the next number ${attempts} times`,
    );
  };
  const entries = async (): Promise<readonly Entry[]> => {
    const { entries: all } = await chain();
    const kept = await writtenOnce(objects, beside);
    const flaws = all
      .filter(({ action }) => action === "approve")
      .flatMap((entry) => overwrittenFlaws(kept, [witnessOf(entry)]));
    if (flaws.length > 0) throw new LedgerError(place, flaws);
    return all.filter((entry) => entry.action !== "approve" || kept.has(witnessOf(entry)));
  };
  return { record, entries, chain: async () => (await chain()).entries, read };
}

/** Where the checkpoints of a ledger lie. */
export function checkpointFolder(ledger: ObjectLocation): ObjectLocation {
  return folderBeside(ledger, checkpoints);
}

function folderBeside({ bucket, prefix }: ObjectLocation, folder: string): ObjectLocation {
  return { bucket, prefix: [...prefix.split("/").slice(0, -1), folder].join("/") };
}

function placeOf({ bucket, prefix }: ObjectLocation): string {
  return `s3://${bucket}/${prefix}`;
}

/** What is in a bucket, and the first number that is free. */
interface BucketReading extends LedgerReading {
  readonly free: number;
}

/** Reads a ledger in a bucket; of objects that it has read, none is fetched again. */
function bucketReader(
  ledger: ObjectLocation,
  objects: ObjectStore,
  checkpointKeys: readonly string[],
): (head?: string) => Promise<BucketReading> {
  const texts = new Map<string, string>();
  const compared = (newest: NewestCheckpoint | undefined, entries: readonly Entry[]) => {
    if (newest === undefined) return { flaws: [] };
    if ("flaw" in newest) return { flaws: [newest.flaw] };
    const stored = { ledger: placeOf(ledger), number: newest.number };
    const verdict = verifyCheckpoint(newest, { entries, keys: checkpointKeys, stored });
    return { ...verdict, signedCheckpoint: newest.text };
  };
  return async (head) => {
    // Before the entries: of one that is added meanwhile there may be a checkpoint at once.
    const newest = await newestCheckpoint(checkpointFolder(ledger), objects);
    const written = await writtenOnce(objects, ledger);
    const count = withoutGap((name) => written.has(name));
    const names = Array.from({ length: count }, (_, i) => objectName(i + 1));
    const flaws = overwrittenFlaws(written, names);
    if (flaws.length > 0) return { entries: [], flaws, strays: [], free: count + 1 };
    for (const name of names) {
      const { version } = only(written.get(name));
      if (texts.has(`${name} ${version}`)) continue;
      const body = await objects.get(ledger.bucket, `${ledger.prefix}/${name}`, version);
      texts.set(`${name} ${version}`, Buffer.from(body ?? []).toString("utf8"));
    }
    const { entries, strays } = followObjects(
      names.map((name) => texts.get(`${name} ${only(written.get(name)).version}`) ?? ""),
    );
    const verdict = compared(newest, entries);
    return {
      ...verdict,
      entries,
      flaws: [...headFlaws(entries.at(-1), head, names.at(-1) ?? "the ledger"), ...verdict.flaws],
      strays: [...strays, ...[...written.keys()].filter((name) => !names.includes(name))],
      free: count + 1,
    };
  };
}

/** The checkpoint with the highest number, or why there is none to read. */
type NewestCheckpoint = (StoredCheckpoint & { readonly number: number }) | { readonly flaw: Flaw };

/** The newest checkpoint alone decides: it covers what every one before it covers. */
async function newestCheckpoint(
  folder: ObjectLocation,
  objects: ObjectStore,
): Promise<NewestCheckpoint | undefined> {
  const written = await writtenOnce(objects, folder);
  const number = Math.max(0, ...[...written.keys()].map(objectNumber));
  if (number === 0) return undefined;
  const name = objectName(number);
  const place = `${checkpoints}/${name}`;
  const [flaw] = overwrittenFlaws(written, [name]);
  if (flaw !== undefined) return { flaw: { ...flaw, place } };
  const { version } = only(written.get(name));
  const body = await objects.get(folder.bucket, `${folder.prefix}/${name}`, version);
  return { number, place, text: Buffer.from(body ?? []).toString("utf8") };
}

function only(written: Written | undefined): { readonly version: string } {
  if (written === undefined || "times" in written) throw new Error("an object that is not one");
  return written;
}

function sound(place: string, reading: BucketReading): BucketReading {
  if (reading.flaws.length > 0) throw new LedgerError(place, reading.flaws);
  return reading;
}

/** Objects that somebody wrote over or deleted: what they said first, a listing does not show. */
function overwrittenFlaws(written: ReadonlyMap<string, Written>, names: readonly string[]): Flaw[] {
  return names.flatMap((name) => {
    const found = written.get(name);
    return found !== undefined && "times" in found
      ? [{ place: name, message: `was written ${found.times} times: it was changed or deleted` }]
      : [];
  });
}

/**
 * The folder is the role that the approval claims: storage lets nobody write there who does not
 * have it.
 */
function witnessOf({ details, hash }: Entry): string {
  const role =
    typeof details["role"] === "string" && /^[a-z0-9-]+$/.test(details["role"])
      ? details["role"]
      : "none";
  return `${role}/${hash}.json`;
}
