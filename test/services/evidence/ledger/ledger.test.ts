import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Json } from "../../../../services/evidence/ledger/canonical";
import {
  actions,
  entryHash,
  genesis,
  nextEntry,
  type Entry,
  type Fact,
} from "../../../../services/evidence/ledger/entry";
import { appendEntry, readLedger, verifyLedger } from "../../../../services/evidence/ledger/ledger";
import {
  fileStore,
  objectStore,
  storeAt,
  type LedgerStore,
} from "../../../../services/evidence/ledger/store";
import {
  objectName,
  verifyLines,
  type StoredLine,
} from "../../../../services/evidence/ledger/verify";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "causeway-ledger-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = new Date("2026-11-24T12:00:00.000Z");

const fact = (subject: string): Fact => ({
  actor: "causeway:pipelines",
  action: "release",
  subject,
  details: { version: "1.4.0" },
});

/** A valid chain of a given length. */
function chain(length: number): Entry[] {
  const entries: Entry[] = [];
  for (let i = 0; i < length; i++)
    entries.push(nextEntry(entries.at(-1), fact(`model-${i}`), new Date(at.getTime() + i)));
  return entries;
}

const stored = (entries: readonly unknown[]): StoredLine[] =>
  entries.map((entry, i) => ({ place: `line ${i + 1}`, text: JSON.stringify(entry) }));

const places = (entries: readonly unknown[], head?: string) =>
  verifyLines(stored(entries), head).flaws.map(({ place }) => place);

const messages = (entries: readonly unknown[], head?: string) =>
  verifyLines(stored(entries), head).flaws.map(({ place, message }) => `${place} ${message}`);
const at1 = <T>(list: readonly T[], index: number): T => list[index]!;

const stores: [string, () => LedgerStore][] = [
  ["a file of lines", () => fileStore(join(folder, "deep", "ledger.jsonl"))],
  ["a folder of objects", () => objectStore(join(folder, "deep", "ledger"))],
];

describe.each(stores)("a ledger in %s", (_name, open) => {
  it("returns what was recorded, in order, each entry chained to the one before", async () => {
    const store = open();
    const first = await appendEntry(store, fact("loan-approval"), at);
    const second = await appendEntry(store, { ...fact("loan-approval"), action: "promote" }, at);
    expect(readLedger(open())).toEqual([first, second]);
    expect(first).toEqual({
      sequence: 1,
      time: "2026-11-24T12:00:00.000Z",
      actor: "causeway:pipelines",
      action: "release",
      subject: "loan-approval",
      details: { version: "1.4.0" },
      previous: genesis,
      hash: entryHash(first),
    });
    expect([second.sequence, second.previous]).toEqual([2, first.hash]);
  });

  it("gives writers that come at the same time one place each", async () => {
    const store = open();
    await Promise.all(Array.from({ length: 12 }, (_, i) => appendEntry(store, fact(`model-${i}`))));
    const entries = readLedger(store);
    expect(entries.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    expect(new Set(entries.map(({ subject }) => subject)).size).toBe(12);
  });

  it("leaves no lock behind, also where the fact is refused", async () => {
    const store = open();
    await expect(appendEntry(store, { ...fact("x"), actor: "" })).rejects.toThrow(
      "a text that is not empty",
    );
    await appendEntry(store, fact("x"));
    expect(readdirSync(join(folder, "deep")).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  it("is empty and valid before the first entry", () => {
    expect(verifyLedger(open())).toEqual({ entries: [], flaws: [] });
  });
});

describe("a ledger that was tampered with", () => {
  it("takes no more entries, and the error names the line", async () => {
    const file = join(folder, "ledger.jsonl");
    writeFileSync(
      file,
      stored(chain(3))
        .map(({ text }) => text.replace("model-1", "model-x"))
        .join("\n") + "\n",
    );
    const before = readFileSync(file, "utf8");
    await expect(appendEntry(fileStore(file), fact("y"))).rejects.toThrow(
      `the ledger ${file} does not verify:\n  - line 2 was changed: its hash is not that of its content`,
    );
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("names a line that a crash cut short", () => {
    const file = join(folder, "ledger.jsonl");
    const [whole, cut] = stored(chain(2));
    writeFileSync(file, `${whole!.text}\n${cut!.text.slice(0, 40)}`);
    expect(verifyLedger(fileStore(file)).flaws).toEqual([
      { place: "line 2", message: "is not an entry: changed or cut short" },
    ]);
  });

  it("names a line that says one thing to a person and another to a program", () => {
    const file = join(folder, "ledger.jsonl");
    const [first] = stored(chain(1));
    for (const text of [
      first!.text.replace('"actor":', '"actor":"somebody else","actor":'),
      first!.text.replace('":"', '": "'),
      `${first!.text} `,
    ]) {
      writeFileSync(file, `${text}\n`);
      expect(verifyLedger(fileStore(file)).flaws).toEqual([
        { place: "line 1", message: "is not an entry: changed or cut short" },
      ]);
    }
  });

  it("takes no second object of one number, and names one that was put there under another name", () => {
    const store = objectStore(join(folder, "ledger"));
    const [first, second] = chain(2) as [Entry, Entry];
    const fork = nextEntry(first, fact("fork"), at);
    for (const entry of [first, second]) store.add(entry);
    expect(() => store.add(fork)).toThrow("EEXIST");
    writeFileSync(join(folder, "ledger", "000000000003.json"), JSON.stringify(fork));
    expect(verifyLedger(store).flaws).toEqual([
      {
        place: "000000000003.json",
        message: "has number 2 where 3 belongs: moved here or recorded twice",
      },
    ]);
  });

  it("says what is missing", () => {
    const entries = chain(5);
    expect(messages(entries.filter((_, i) => i !== 1 && i !== 2))).toEqual([
      "line 2 has number 4 where 2 belongs: entries 2 to 3 are missing before it",
    ]);
    expect(messages(entries.slice(1))).toEqual([
      "line 1 has number 2 where 1 belongs: entry 1 is missing before it",
    ]);
  });

  it("shows entries cut off the end only to who knows the last hash", () => {
    const entries = chain(3);
    expect(places(entries.slice(0, 2))).toEqual([]);
    expect(places(entries.slice(0, 2), at1(entries, 2).hash)).toEqual(["line 2"]);
    expect(places(entries, at1(entries, 2).hash)).toEqual([]);
  });

  it("shows an entry rewritten with a new hash at the entry that follows", () => {
    const entries = chain(3);
    const rewritten = { ...at1(entries, 1), actor: "somebody else" };
    const forged = { ...rewritten, hash: entryHash(rewritten) };
    expect(messages([entries[0], forged, entries[2]])).toEqual([
      "line 3 does not follow the entry before it: one of the two was changed or put in",
    ]);
  });
});

const json = fc
  .jsonValue()
  .filter((value) => !JSON.stringify(value).includes("__proto__")) as fc.Arbitrary<Json>;
const text = fc.string({ minLength: 1, unit: "grapheme" });

const facts = fc.array(
  fc.record({
    actor: text,
    action: fc.constantFrom(...actions),
    subject: text,
    details: fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      json,
      { maxKeys: 3 },
    ),
  }),
  { minLength: 2, maxLength: 8 },
);

const chained = facts.map((given) =>
  given.reduce<Entry[]>(
    (entries, each, i) => [...entries, nextEntry(entries.at(-1), each, new Date(at.getTime() + i))],
    [],
  ),
);

describe("whatever is recorded", () => {
  it("verifies after it went through text", () => {
    fc.assert(
      fc.property(chained, (entries) => expect(verifyLines(stored(entries)).flaws).toEqual([])),
    );
  });

  it("shows any removal that is not at the end, at the line after it", () => {
    fc.assert(
      fc.property(chained, fc.nat(), (entries, at) => {
        const index = at % (entries.length - 1);
        expect(places(entries.filter((_, i) => i !== index))).toEqual([`line ${index + 1}`]);
      }),
    );
  });

  it("shows any two entries that changed places, at the first of them", () => {
    fc.assert(
      fc.property(chained, fc.nat(), fc.nat(), (entries, a, b) => {
        const [low, high] = [a % entries.length, b % entries.length].sort((x, y) => x - y) as [
          number,
          number,
        ];
        fc.pre(low !== high);
        const swapped = entries.map((entry, i) =>
          i === low ? entries[high] : i === high ? entries[low] : entry,
        );
        expect(places(swapped)[0]).toBe(`line ${low + 1}`);
      }),
    );
  });

  it("shows any changed field at its line", () => {
    fc.assert(
      fc.property(
        chained,
        fc.nat(),
        fc.constantFrom("actor", "subject", "time", "action", "details"),
        (entries, at, field) => {
          const index = at % entries.length;
          const entry = at1(entries, index);
          const other: Record<string, unknown> = {
            actor: `${entry.actor}!`,
            subject: `${entry.subject}!`,
            time: "2001-01-01T00:00:00.000Z",
            action: actions.find((action) => action !== entry.action),
            details: { ...entry.details, added: entry.hash },
          };
          expect(
            places(
              entries.map((each, i) => (i === index ? { ...each, [field]: other[field] } : each)),
            ),
          ).toEqual([`line ${index + 1}`]);
        },
      ),
    );
  });
});

it("a path that ends with .jsonl is a file, any other a folder of objects named by number", async () => {
  const entry = await appendEntry(storeAt(join(folder, "objects")), fact("x"), at);
  await appendEntry(storeAt(join(folder, "lines.jsonl")), fact("x"), at);
  expect(readdirSync(join(folder, "objects"))).toEqual([objectName(1)]);
  expect(objectName(1)).toBe("000000000001.json");
  expect(readFileSync(join(folder, "lines.jsonl"), "utf8")).toBe(`${JSON.stringify(entry)}\n`);
});
