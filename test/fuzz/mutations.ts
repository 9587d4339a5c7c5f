import * as fc from "fast-check";

/**
 * A change of a document: which of its places, what is done there, and with what. All numbers wrap
 * around.
 */
export interface Mutation {
  readonly place: number;
  readonly kind: "replace" | "remove" | "add-key" | "copy" | "wrap";
  readonly value: unknown;
  readonly key: string;
}

type Json = Record<string | number, unknown>;

/**
 * Values that parsers of other programs fell over: limits of numbers, empty and huge texts, deep
 * nesting, texts that make a regular expression try all ways.
 */
const hostileValues: readonly (() => unknown)[] = [
  ...[
    null,
    true,
    false,
    0,
    -0,
    -1,
    0.5,
    1e308,
    -1e308,
    5e-324,
    2 ** 53,
    NaN,
    Infinity,
    "",
    " ",
    "null",
    "NaN",
    "__proto__",
    "1e999",
    "\u0000",
    "\ud800",
    "🚀",
    "../../etc/passwd",
    "${jndi:x}",
    "=1+1",
    "<script>",
    "0 days",
    "1 days",
    "1e9 days",
    "2026-02-30T00:00:00Z",
    "+275760-09-13T00:00:00.001Z",
    "sha256:",
    "0.0.0.0/0",
    "999.1.1.1/8",
  ].map((value) => () => value),
  () => "a".repeat(50_000),
  () => `${"a".repeat(50_000)}!`,
  () => `${"9".repeat(400)} days`,
  () => `0.${"0".repeat(50_000)}1 days`,
  () => `${"a.".repeat(25_000)}@`,
  () => `a@${"a.".repeat(25_000)}`,
  () => `${"a-".repeat(25_000)}_`,
  () => `1.1.1-${".".repeat(50_000)}!`,
  () => `${" ".repeat(50_000)}x`,
  () => `${"* ".repeat(25_000)}\n`,
  () => [],
  () => ({}),
  () => Array.from({ length: 2_000 }, (_, i) => i),
  () => nested(900),
  () => own("__proto__", { polluted: true }),
  () => own("constructor", { prototype: { polluted: true } }),
  () => ({ toString: 1, valueOf: null, length: -1, toJSON: 5 }),
];

const hostileKeys = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "length",
  "then",
  "toJSON",
  "",
  " ",
  "0",
  "-1",
  "a.b",
  "a[0]",
  "é",
  "\u0000",
  "k".repeat(10_000),
] as const;

/** An object with one key of its own, also where the key has a meaning to the language. */
function own(key: string, value: unknown): Json {
  return Object.defineProperty({}, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

const hostileValue = fc.oneof(
  { weight: 3, arbitrary: fc.nat(hostileValues.length - 1).map((i) => hostileValues[i]!()) },
  { weight: 1, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
);

const mutation: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(),
  kind: fc.constantFrom(
    "replace" as const,
    "replace" as const,
    "remove" as const,
    "add-key" as const,
    "copy" as const,
    "wrap" as const,
  ),
  value: hostileValue,
  key: fc.oneof(fc.constantFrom(...hostileKeys), fc.string({ maxLength: 12 })),
});

/** One to four changes. */
export const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });

/** A document with the changes made, one after the other. */
export function mutated(document: unknown, changes: readonly Mutation[]): unknown {
  const root: Json = { root: structuredClone(document) };
  for (const change of changes) apply(root, change);
  return root["root"];
}

function apply(root: Json, { place, kind, value, key }: Mutation): void {
  const places = placesOf(root);
  const at = places[place % places.length];
  if (at === undefined) return;
  const [holder, name] = at;
  const current = holder[name];
  switch (kind) {
    case "replace":
      return define(holder, name, value);
    case "remove":
      return holder === root
        ? define(root, "root", undefined)
        : void Reflect.deleteProperty(holder, name);
    case "add-key":
      if (Array.isArray(current)) current.push(value);
      else if (isHolder(current)) define(current, key, value);
      return;
    case "copy": {
      const other = places[(place * 7 + 3) % places.length];
      if (other) define(holder, name, structuredClone(other[0][other[1]]));
      return;
    }
    case "wrap":
      return define(holder, name, place % 2 === 0 ? [current] : own(key, current));
  }
}

function define(holder: Json, name: string | number, value: unknown): void {
  Object.defineProperty(holder, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function placesOf(root: Json): [Json, string | number][] {
  const found: [Json, string | number][] = [];
  const open: Json[] = [root];
  for (let holder = open.pop(); holder !== undefined && found.length < 5_000; holder = open.pop()) {
    for (const name of Object.keys(holder)) {
      found.push([holder, name]);
      const value = holder[name];
      if (isHolder(value)) open.push(value);
    }
  }
  return found;
}

function isHolder(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

/** A change of a text: a piece of it is put in place of another, or something is put in. */
interface TextMutation {
  readonly at: number;
  readonly length: number;
  readonly piece: string | number;
}

/** Pieces that mean something to YAML or JSON. */
const pieces = [
  "{",
  "}",
  "[",
  "]",
  '"',
  "'",
  ":",
  ": ",
  "- ",
  "\n",
  "\n  ",
  "\t",
  "#",
  "&a ",
  "*a",
  "<<: ",
  "!!js/function ",
  "!!binary ",
  "!!set ",
  "!!timestamp ",
  "? ",
  "|\n",
  "---\n",
  "%YAML 9\n",
  "\ufeff",
  "\u0000",
  "\\u",
  "\\ud800",
  "1e999",
  ".nan",
  ".inf",
  "0x",
  "0o7",
  "~",
  "__proto__: {polluted: true}\n",
  '"__proto__":{"polluted":1},',
  ",",
] as const;

const textMutation: fc.Arbitrary<TextMutation> = fc.record({
  at: fc.nat(),
  length: fc.nat(40),
  piece: fc.oneof(
    fc.constantFrom(...pieces),
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.nat(),
  ),
});

export const textMutations = fc.array(textMutation, { minLength: 1, maxLength: 6 });

export function mutatedText(text: string, changes: readonly TextMutation[]): string {
  return changes.reduce((now, { at, length, piece }) => {
    const from = at % (now.length + 1);
    const put =
      typeof piece === "string"
        ? piece
        : now.slice(piece % (now.length + 1), (piece % (now.length + 1)) + length);
    return (
      now.slice(0, from) + put + now.slice(from + (typeof piece === "string" ? length % 4 : length))
    );
  }, text);
}
