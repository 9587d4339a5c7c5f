import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { mutated, mutatedText, mutations, textMutations } from "./mutations";
import type { Target } from "./request-seeds";
import { targets } from "./targets";

/** `npm run fuzz` sets these; in the suite the same inputs come at each run. */
const runs = Number(process.env["FUZZ_RUNS"] ?? 200);
const seed = process.env["FUZZ_SEED"] === undefined ? 20_261_124 : Number(process.env["FUZZ_SEED"]);
const collects = process.env["FUZZ_RUNS"] !== undefined;
const longestMilliseconds = 1_000;
const corpus = join(__dirname, "corpus");

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "fuzz-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const builtins = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Number.prototype,
];
const untouched = builtins.map((prototype) => Object.getOwnPropertyNames(prototype).join());

/**
 * What is wrong with the way a target takes a text; undefined where it gives a value or its
 * documented error.
 */
function fault(target: Target, text: string): string | undefined {
  // Time of the processor: on a busy machine the clock counts what others do.
  const started = process.cpuUsage();
  const found = outcome(target, text);
  const took = millisecondsSince(started);
  if (
    builtins.some((prototype, i) => Object.getOwnPropertyNames(prototype).join() !== untouched[i])
  )
    return "changed a prototype of the language";
  if (took > longestMilliseconds) return `took ${Math.round(took)} ms`;
  return found;
}

function millisecondsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

function outcome(target: Target, text: string): string | undefined {
  let value: unknown;
  try {
    value = target.read(text, folder);
  } catch (error) {
    const complaint = target.complaint(error);
    return complaint === undefined
      ? undefined
      : `${error instanceof Error ? `${error.name}: ${error.message.slice(0, 300)}` : String(error)} ${complaint}`;
  }
  return strangeIn(value) ? "gave a value with a prototype of the input's making" : undefined;
}

/** Whether some object in a value inherits from an object that is no class's: one that came in. */
function strangeIn(root: unknown): boolean {
  const seen = new Set<object>();
  const open = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    const prototype: object | null = Object.getPrototypeOf(value);
    if (prototype !== null && !Object.hasOwn(prototype, "constructor")) return true;
    open.push(...Object.values(value));
  }
  return false;
}

/** Texts for a target: its documents changed, their texts changed, and texts out of nothing. */
function textsFor({ seeds, write }: Target): fc.Arbitrary<string> {
  const document = fc.constantFrom(...seeds);
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(document, mutations)
        .map(([from, changes]) => write(mutated(from, changes))),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(document, textMutations)
        .map(([from, changes]) => mutatedText(write(from), changes)),
    },
    {
      weight: 1,
      arbitrary: fc.oneof(fc.json(), fc.string({ unit: "binary" }), fc.jsonValue().map(write)),
    },
  );
}

function keep(target: Target, text: string): string {
  const path = join(
    corpus,
    target.name,
    `${createHash("sha256").update(text).digest("hex").slice(0, 12)}.txt`,
  );
  mkdirSync(join(corpus, target.name), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const corpusOf = (name: string) =>
  existsSync(join(corpus, name)) ? readdirSync(join(corpus, name)).sort() : [];

it("has a corpus for known targets only", () => {
  expect(targets.map(({ name }) => name)).toEqual(expect.arrayContaining(readdirSync(corpus)));
});

describe("the trial itself", () => {
  const trial = (read: () => unknown) =>
    fault(
      {
        name: "trial",
        seeds: [],
        write: String,
        read,
        complaint: (error) => (error instanceof RangeError ? undefined : "is not a RangeError"),
      },
      "",
    );

  it("takes values and the documented error", () => {
    expect(trial(() => ({ a: [1, null, new Map()] }))).toBeUndefined();
    expect(trial(() => JSON.parse('{"__proto__":{"polluted":true}}'))).toBeUndefined();
    expect(
      trial(() => {
        throw new RangeError("no");
      }),
    ).toBeUndefined();
  });

  it("finds another error, a polluted prototype, a value that inherits from the input, and a hang", () => {
    expect(
      trial(() => {
        throw new TypeError("x is not a function");
      }),
    ).toBe("TypeError: x is not a function is not a RangeError");
    expect(trial(() => Object.assign(Object.prototype, { polluted: true }))).toBe(
      "changed a prototype of the language",
    );
    Reflect.deleteProperty(Object.prototype, "polluted");
    expect(trial(() => Object.assign({}, { a: Object.create({ polluted: true }) }))).toBe(
      "gave a value with a prototype of the input's making",
    );
    expect(
      trial(() => {
        for (const start = process.cpuUsage(); millisecondsSince(start) < 1_050;);
      }),
    ).toMatch(/^took \d+ ms$/);
  });
});

describe.each(targets.map((target) => [target.name, target] as const))("%s", (name, target) => {
  it("reads its own documents", () => {
    for (const document of target.seeds)
      expect(() => target.read(target.write(document), folder)).not.toThrow();
  });

  it("takes every input of the corpus", () => {
    expect(
      corpusOf(name)
        .map((file) => [file, fault(target, readFileSync(join(corpus, name, file), "utf8"))])
        .filter(([, found]) => found !== undefined),
    ).toEqual([]);
  });

  it("gives a value or its documented error for whatever comes", () => {
    const found = fc.check(
      fc.property(textsFor(target), (text) => {
        const wrong = fault(target, text);
        if (wrong !== undefined) throw new Error(wrong);
      }),
      { seed, numRuns: runs, endOnFailure: !collects },
    );
    if (!found.failed) return;
    const [text = ""] = found.counterexample ?? [];
    const kept = collects ? `, kept as ${keep(target, text)}` : "";
    throw new Error(
      `${fault(target, text) ?? "failed once"} on ${JSON.stringify(text.slice(0, 500))} (seed ${found.seed}${kept})`,
    );
  });
});
