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
  flaws.push(...headFlaws(last, head, lines.at(-1)?.place ?? "the ledger"));
  return { entries, flaws };
}

/** What the objects of a ledger say, and which of them are no entries. */
export interface Reading extends Verification {
  /** Names of objects that are no entries: they say nothing, and stand in nobody's way. */
  readonly strays: readonly string[];
}

/** Digits of the number in an object's name, so that names sort as numbers do. */
const numberDigits = 12;

/**
 * Name of the object with a number, e.g. `000000000042.json`: by number alone, so that storage
 * itself refuses a second object of one number.
 */
export function objectName(number: number): string {
  return `${String(number).padStart(numberDigits, "0")}.json`;
}

/** The number in an object's name; 0 for a name that has none. */
export function objectNumber(name: string): number {
  const number = Number(/^(\d+)\.json$/.exec(name)?.[1] ?? 0);
  return objectName(number) === name ? number : 0;
}

/** How many objects there are from number 1 without a gap; no object after a gap is an entry. */
export function withoutGap(has: (name: string) => boolean): number {
  let count = 0;
  while (has(objectName(count + 1))) count++;
  return count;
}

/**
 * The entries among objects that many may add and nobody may change: in the order of their numbers,
 * each object that follows the entry before it. Any other object is a stray, and the next entry
 * takes the number after it. Since no object was changed, one that follows nothing never did.
 * @param texts every object without a gap, in order
 */
export function followObjects(texts: readonly string[]): {
  readonly entries: readonly Entry[];
  readonly strays: readonly string[];
} {
  const entries: Entry[] = [];
  const strays: string[] = [];
  for (const [i, text] of texts.entries()) {
    const entry = parsed(text);
    if (entry !== undefined && flawsOf(entry, entries.at(-1)).length === 0) entries.push(entry);
    else strays.push(objectName(i + 1));
  }
  return { entries, strays };
}

/** Entries that were cut off the end leave a valid chain; the hash of the last one shows them. */
export function headFlaws(
  last: Entry | undefined,
  head: string | undefined,
  place: string,
): Flaw[] {
  if (head === undefined || (last?.hash ?? genesis) === head) return [];
  return [
    {
      place,
      message: `is not the last entry: ${head} should be, so entries were removed after it`,
    },
  ];
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
