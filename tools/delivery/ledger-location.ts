import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { appendEntry, objectStore, storeAt, type Fact, type LedgerStore } from "../../services/ledger";
import { objectName } from "../../services/ledger/store";

const run = promisify(execFile);

/** Runs the AWS CLI; rejects with its message. */
type Aws = (args: readonly string[]) => Promise<unknown>;

/** A ledger that is read from, and written to, where it lies. */
export interface OpenLedger {
  readonly store: LedgerStore;
  /** Adds an entry; once it resolves, the entry is where the ledger lies. */
  record(fact: Fact): Promise<void>;
}

/** How often an entry is written again after somebody else took its number. */
const attempts = 5;

/** Opens the ledger at a file, a folder, or `s3://bucket/prefix`. Of an object store a copy is fetched, and each entry is sent at once. */
export async function openLedger(location: string, aws: Aws = (args) => run("aws", [...args])): Promise<OpenLedger> {
  if (location.startsWith("s3://")) return openBucket(location.replace(/\/+$/, ""), aws);
  const store = storeAt(location);
  return { store, record: async (fact) => void (await appendEntry(store, fact)) };
}

/** An object is written only where there is none of its number, so two machines never continue the same entry. */
async function openBucket(location: string, aws: Aws): Promise<OpenLedger> {
  const [bucket = "", ...prefix] = location.slice("s3://".length).split("/");
  const folder = join(await mkdtemp(join(tmpdir(), "causeway-ledger-")), "ledger");
  const fetch = () => aws(["s3", "sync", location, folder, "--only-show-errors", "--exclude", "*", "--include", "*.json"]);
  await fetch();
  const store = objectStore(folder);
  const record = async (fact: Fact): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const name = objectName(await appendEntry(store, fact));
      try {
        await aws(["s3api", "put-object", "--bucket", bucket, "--key", [...prefix, name].join("/"), "--body", join(folder, name), "--if-none-match", "*"]);
        return;
      } catch (error) {
        rmSync(join(folder, name));
        if (attempt === attempts || !isTaken(error)) throw error;
        await fetch();
      }
    }
  };
  return { store, record };
}

/** S3's answers where the object is there already, or is being written at the same moment. */
function isTaken(error: unknown): boolean {
  return /PreconditionFailed|ConditionalRequestConflict/.test(typeof error === "object" && error !== null && "message" in error ? String(error.message) : "");
}
