import { readInput } from "./files";
import { InputError } from "./problems";

/** Most collections around a value, in YAML as in JSON: a walk over any input ends. */
export const maximumDepth = 32;
/** What a message says of more. */
export const tooDeep = `more than ${maximumDepth} collections in each other`;

/**
 * The value of a JSON text that somebody else wrote. Throws SyntaxError for text that is no JSON, for
 * an object that has a key twice, of which readers take different values, and for collections in each
 * other beyond {@link maximumDepth}.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const written = keysWritten(text);
  if (written === undefined) throw new SyntaxError(tooDeep);
  // Fewer keys were read than written: one is there twice. Only then it is looked for.
  if (written !== keysRead(value)) throw new SyntaxError(ambiguity(text));
  return value;
}

/**
 * The value of a JSON text, as {@link parseJson} reads it.
 * @param source file or option that the message names
 * @throws InputError that shows what is wrong, and of the text no more than the parser's own message
 */
export function readJson(text: string, source: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new InputError(source, [
      {
        key: "(whole input)",
        got: error instanceof Error ? error.message : error,
        allowed: `JSON with each key once and at most ${maximumDepth} collections in each other`,
      },
    ]);
  }
}

/** The value of a JSON file. Throws InputError where there is none, as {@link readJson} does. */
export function readJsonFile(file: string): unknown {
  return readJson(readInput(file), file);
}

/** What {@link parseJson} reads, undefined where it reads nothing. */
export function jsonOrNothing(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

const [quote, colon] = [0x22, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Keys in a text that is JSON; undefined where it is too deep. */
function keysWritten(text: string): number | undefined {
  let keys = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const sign = text.charCodeAt(i);
    // Most signs are digits and letters of numbers.
    if (sign === quote) i = endOfText(text, i);
    else if (sign === colon) keys++;
    else if (sign === openList || sign === openObject) {
      depth++;
      if (depth > maximumDepth) return undefined;
    } else if (sign === closeList || sign === closeObject) depth--;
  }
  return keys;
}

/** Keys of all objects in a value of JSON. */
function keysRead(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const isList = Array.isArray(value);
  const inside: readonly unknown[] = isList ? value : Object.values(value);
  let keys = isList ? 0 : inside.length;
  for (const one of inside) if (typeof one === "object") keys += keysRead(one);
  return keys;
}

/** Which key of a text that is JSON is there twice in an object. */
function ambiguity(text: string): string {
  // The keys so far of each open object; a list has none.
  const open: (Set<string> | undefined)[] = [];
  let keyComes = false;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (sign === '"') {
      const end = endOfText(text, i);
      const key = keyComes ? text.slice(i + 1, end) : undefined;
      if (key !== undefined && isKnown(open.at(-1), key)) return `the key ${quoted(key)} twice`;
      keyComes = false;
      i = end;
    } else if (sign === "{" || sign === "[") {
      open.push(sign === "{" ? new Set() : undefined);
      keyComes = sign === "{";
    } else if (sign === "}" || sign === "]") {
      open.pop();
      keyComes = false;
    } else if (sign === ",") keyComes = open.at(-1) !== undefined;
  }
  return "a key twice";
}

/** Index of the quote that ends the text whose first quote is at `start`. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

/** Whether an odd number of backslashes is before an index. */
function isEscaped(text: string, index: number): boolean {
  let first = index;
  while (text[first - 1] === "\\") first--;
  return (index - first) % 2 === 1;
}

/** Whether an object has the key already; adds it. `\u0061` and `a` are the same key. */
function isKnown(keys: Set<string> | undefined, written: string): boolean {
  const key = written.includes("\\") ? String(JSON.parse(`"${written}"`)) : written;
  const known = keys?.has(key) === true;
  keys?.add(key);
  return known;
}

/** A key as a message may show it. */
function quoted(key: string): string {
  return `"${key.length > 80 ? `${key.slice(0, 77)}...` : key}"`;
}
