import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { nextEntry, type Entry, type Fact } from "./entry";
import { lockFile, type LedgerStore } from "./store";
import { verifyLines, type Flaw, type Verification } from "./verify";

/**
 * A ledger that is not what was written: nothing is added to it, since a new entry would vouch for
 * it.
 */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
  constructor(
    readonly path: string,
    readonly flaws: readonly Flaw[],
  ) {
    super(
      `the ledger ${path} does not verify:\n${flaws.map(({ place, message }) => `  - ${place} ${message}`).join("\n")}`,
    );
  }
}

/** How long to wait for another writer, in steps of {@link lockStepMilliseconds}. */
const lockAttempts = 100;
const lockStepMilliseconds = 50;

/**
 * Records a fact as the next entry, after the whole chain has been verified. Writers on one machine
 * take turns.
 * @param now time of the entry @default the clock
 * @throws LedgerError where the ledger was tampered with, ZodError where the fact is incomplete
 */
export async function appendEntry(
  store: LedgerStore,
  fact: Fact,
  now: Date = new Date(),
): Promise<Entry> {
  const lock = await locked(store.path);
  try {
    const entry = nextEntry(readLedger(store).at(-1), fact, now);
    store.add(entry);
    return entry;
  } finally {
    rmSync(lock);
  }
}

/** All entries, verified. @throws LedgerError with every flaw */
export function readLedger(store: LedgerStore): readonly Entry[] {
  const { entries, flaws } = verifyLedger(store);
  if (flaws.length > 0) throw new LedgerError(store.path, flaws);
  return entries;
}

/** Every flaw of a ledger, each with its line or object; see {@link verifyLines}. */
export function verifyLedger(store: LedgerStore, head?: string): Verification {
  return verifyLines(store.read(), head);
}

async function locked(path: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return lockFile(path);
    } catch (error) {
      if (!isTaken(error)) throw error;
      if (attempt === lockAttempts)
        throw new Error(
          `${path}.lock exists: another program writes to the ledger, or one died while it did; remove the file in the latter case`,
        );
      await sleep(lockStepMilliseconds);
    }
  }
}

function isTaken(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "EEXIST";
}
