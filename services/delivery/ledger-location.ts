import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  appendEntry,
  objectStore,
  readLedger,
  storeAt,
  type Entry,
  type Fact,
} from "../evidence/ledger";
import { objectName } from "../evidence/ledger/store";
import {
  copyDocuments,
  objectLocation,
  s3,
  type ObjectLocation,
  type ObjectStore,
} from "./object-store";

/**
 * A ledger that is read from, and written to, where it lies. Whoever decides by it reads {@link
 * entries}.
 */
export interface OpenLedger {
  /** File or folder of it on this machine; of a bucket, the copy. */
  readonly path: string;
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
}

/**
 * Folder of the witnesses of approvals, beside the ledger; an approver may write there under the
 * own role alone.
 */
const witnesses = "approvals";

/** How often an entry is written again after somebody else took its number. */
const attempts = 5;

/**
 * Opens the ledger at a file, a folder, or `s3://bucket/prefix`. Of an object store a copy is
 * fetched, and each entry is sent at once.
 */
export async function openLedger(location: string, objects?: ObjectStore): Promise<OpenLedger> {
  const remote = objectLocation(location);
  if (remote !== undefined) return openBucket(remote, objects ?? s3());
  const store = storeAt(location);
  const entries = () => Promise.resolve(readLedger(store));
  return { path: location, record: (fact) => appendEntry(store, fact), entries, chain: entries };
}

/** Copies of ledgers that this process fetched; they end with it. */
const copies = new Set<string>();

async function copyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-ledger-"));
  if (copies.size === 0)
    process.once("exit", () => {
      for (const copy of copies) rmSync(copy, { recursive: true, force: true });
    });
  copies.add(folder);
  return folder;
}

/**
 * An object is written only where there is none of its number, so two machines never continue the
 * same entry.
 */
async function openBucket(ledger: ObjectLocation, objects: ObjectStore): Promise<OpenLedger> {
  const folder = join(await copyFolder(), "ledger");
  const kept = join(dirname(folder), witnesses);
  const beside: ObjectLocation = {
    bucket: ledger.bucket,
    prefix: [...ledger.prefix.split("/").slice(0, -1), witnesses].join("/"),
  };
  const fetch = () => copyDocuments(objects, ledger, folder);
  try {
    await fetch();
  } catch (error) {
    rmSync(dirname(folder), { recursive: true, force: true });
    throw error;
  }
  const store = objectStore(folder);
  const put = ({ bucket, prefix }: ObjectLocation, name: string, file: string) =>
    objects.putNew(bucket, `${prefix}/${name}`, readFileSync(file));
  const record = async (fact: Fact): Promise<Entry> => {
    for (let attempt = 1; ; attempt++) {
      const entry = await appendEntry(store, fact);
      const file = join(folder, objectName(entry));
      try {
        // Before the entry: one without its witness would be on record and count for nothing.
        const free =
          (entry.action !== "approve" || (await put(beside, witnessOf(entry), file))) &&
          (await put(ledger, objectName(entry), file));
        if (free) return entry;
      } catch (error) {
        rmSync(file);
        throw error;
      }
      rmSync(file);
      if (attempt === attempts)
        throw new Error(
          `cannot record in s3://${ledger.bucket}/${ledger.prefix}: somebody else took the next number ${attempts} times`,
        );
      await fetch();
    }
  };
  const entries = async (): Promise<readonly Entry[]> => {
    await fetch();
    await copyDocuments(objects, beside, kept);
    return readLedger(store).filter(
      (entry) => entry.action !== "approve" || existsSync(join(kept, witnessOf(entry))),
    );
  };
  return { path: folder, record, entries, chain: () => Promise.resolve(readLedger(store)) };
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
