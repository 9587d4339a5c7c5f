import { entryHash, entrySchema, genesis, type Entry } from "./entry";

/** One stored entry as text, with the name by which a message calls its place. */
export interface StoredLine {
  /** `line 3` of a file, or the name of an object. */
  readonly place: string;
  readonly text: string;
}

/** What is wrong at one place of a ledger. */
export interface Flaw {
  readonly place: string;
  readonly message: string;
}

/** A ledger's entries up to the first flaw, and every flaw. */
export interface Verification {
  readonly entries: readonly Entry[];
  readonly flaws: readonly Flaw[];
}

/**
 * Verifies a chain: each entry is whole (its hash is that of its content), follows the one before
 * it (`previous` is that one's hash) and has the next number. After a flaw the check goes on from
 * the entry as it stands, so that one change is one flaw, or two where the next entry's link shows
 * it as well.
 *
 * Entries that were cut off the end leave a valid chain: `head`, the hash of the last entry as
 * somebody else noted it, shows them.
 */
export function verifyLines(lines: readonly StoredLine[], head?: string): Verification {
  const entries: Entry[] = [];
  const flaws: Flaw[] = [];
  let last: Entry | undefined;
  for (const { place, text } of lines) {
    const entry = parsed(text);
    if (entry === undefined) {
      flaws.push({ place, message: "is not an entry: changed or cut short" });
      continue;
    }
    flaws.push(...flawsOf(entry, last).map((message) => ({ place, message })));
    if (flaws.length === 0) entries.push(entry);
    last = entry;
  }
  if (head !== undefined && (last?.hash ?? genesis) !== head)
    flaws.push({
      place: lines.at(-1)?.place ?? "the ledger",
      message: `is not the last entry: ${head} should be, so entries were removed after it`,
    });
  return { entries, flaws };
}

/**
 * The entry of a line. White space, or a key twice of which a person reads the first and a program
 * the last, is no entry: a line has one text.
 */
function parsed(text: string): Entry | undefined {
  try {
    const result = entrySchema.safeParse(JSON.parse(text));
    return result.success && JSON.stringify(result.data) === text ? result.data : undefined;
  } catch {
    return undefined;
  }
}

function flawsOf(entry: Entry, last: Entry | undefined): string[] {
  const expected = (last?.sequence ?? 0) + 1;
  const changed =
    entryHash(entry) === entry.hash ? [] : ["was changed: its hash is not that of its content"];
  if (entry.sequence > expected)
    return [
      ...changed,
      `has number ${entry.sequence} where ${expected} belongs: ${removed(expected, entry.sequence - 1)}`,
    ];
  if (entry.sequence < expected)
    return [
      ...changed,
      `has number ${entry.sequence} where ${expected} belongs: moved here or recorded twice`,
    ];
  if (entry.previous !== (last?.hash ?? genesis))
    return [
      ...changed,
      "does not follow the entry before it: one of the two was changed or put in",
    ];
  return changed;
}

function removed(from: number, to: number): string {
  return from === to
    ? `entry ${from} is missing before it`
    : `entries ${from} to ${to} are missing before it`;
}
