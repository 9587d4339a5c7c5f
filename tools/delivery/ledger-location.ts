import { execFile } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { appendEntry, objectStore, readLedger, storeAt, type Entry, type Fact, type LedgerStore } from "../../services/ledger";
import { objectName } from "../../services/ledger/store";

const run = promisify(execFile);

/** Runs the AWS CLI; rejects with its message. */
type Aws = (args: readonly string[]) => Promise<unknown>;

/** A ledger that is read from, and written to, where it lies. */
export interface OpenLedger {
  readonly store: LedgerStore;
  /** Adds an entry; once it resolves, the entry is where the ledger lies. */
  record(fact: Fact): Promise<void>;
  /**
   * All entries, verified. In a bucket many programs may add to the ledger, so an approval counts only where an approver's own right has
   * put its witness beside it: an object under `approvals/` by the hash of the entry.
   */
  entries(): Promise<readonly Entry[]>;
}

/** Folder of the witnesses of approvals, beside the ledger; only approvers may write there. */
const witnesses = "approvals";

/** How often an entry is written again after somebody else took its number. */
const attempts = 5;

/** Opens the ledger at a file, a folder, or `s3://bucket/prefix`. Of an object store a copy is fetched, and each entry is sent at once. */
export async function openLedger(location: string, aws: Aws = (args) => run("aws", [...args])): Promise<OpenLedger> {
  if (location.startsWith("s3://")) return openBucket(location.replace(/\/+$/, ""), aws);
  const store = storeAt(location);
  return { store, record: async (fact) => void (await appendEntry(store, fact)), entries: () => Promise.resolve(readLedger(store)) };
}

/** An object is written only where there is none of its number, so two machines never continue the same entry. */
async function openBucket(location: string, aws: Aws): Promise<OpenLedger> {
  const [bucket = "", ...prefix] = location.slice("s3://".length).split("/");
  const folder = join(await mkdtemp(join(tmpdir(), "causeway-ledger-")), "ledger");
  const fetch = () => aws(["s3", "sync", location, folder, "--only-show-errors", "--exclude", "*", "--include", "*.json"]);
  await fetch();
  const store = objectStore(folder);
  const beside = [...prefix.slice(0, -1), witnesses].join("/");
  const put = (key: string, file: string) => aws(["s3api", "put-object", "--bucket", bucket, "--key", key, "--body", file, "--if-none-match", "*"]);
  const record = async (fact: Fact): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const entry = await appendEntry(store, fact);
      const name = objectName(entry);
      try {
        // Before the entry: one without its witness would be on record and count for nothing.
        if (entry.action === "approve") await put(`${beside}/${entry.hash}.json`, join(folder, name));
        await put([...prefix, name].join("/"), join(folder, name));
        return;
      } catch (error) {
        rmSync(join(folder, name));
        if (attempt === attempts || !isTaken(error)) throw error;
        await fetch();
      }
    }
  };
  const entries = async (): Promise<readonly Entry[]> => {
    const kept = join(dirname(folder), witnesses);
    await aws(["s3", "sync", `s3://${bucket}/${beside}`, kept, "--only-show-errors", "--exclude", "*", "--include", "*.json"]);
    return readLedger(store).filter(({ action, hash }) => action !== "approve" || existsSync(join(kept, `${hash}.json`)));
  };
  return { store, record, entries };
}

/** S3's answers where the object is there already, or is being written at the same moment. */
function isTaken(error: unknown): boolean {
  return /PreconditionFailed|ConditionalRequestConflict/.test(typeof error === "object" && error !== null && "message" in error ? String(error.message) : "");
}
