import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { appendEntry, storeAt, type Fact, type LedgerStore } from "../../services/ledger";

const run = promisify(execFile);

/** A ledger that is read from, and written to, where it lies. */
export interface OpenLedger {
  readonly store: LedgerStore;
  /** Adds an entry; once it resolves, the entry is where the ledger lies. */
  record(fact: Fact): Promise<void>;
}

/** Opens the ledger at a file, a folder, or `s3://bucket/prefix`. Of an object store a copy is fetched, and each entry is sent at once; objects there are never overwritten. */
export async function openLedger(location: string, aws: (args: readonly string[]) => Promise<unknown> = (args) => run("aws", [...args])): Promise<OpenLedger> {
  if (!location.startsWith("s3://")) {
    const store = storeAt(location);
    return { store, record: async (fact) => void (await appendEntry(store, fact)) };
  }
  const folder = join(await mkdtemp(join(tmpdir(), "causeway-ledger-")), "ledger");
  const sync = (from: string, to: string) => aws(["s3", "sync", from, to, "--only-show-errors", "--exclude", "*", "--include", "*.json"]);
  await sync(location, folder);
  const store = storeAt(folder);
  return {
    store,
    record: async (fact) => {
      await appendEntry(store, fact);
      await sync(folder, location);
    },
  };
}
