import {
  EVENT_ID,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
  type AliasEvent,
  type Event,
  type ScalarEvent,
} from "js-yaml";
import ambiguous from "./ambiguous-scalars.json";
import { maximumDepth, tooDeep } from "./json";
import { InputError, pathName, type Problem } from "./problems";
import refused from "./refused-yaml.json";

/**
 * Most aliases (`*name`) of a document. Aliases of aliases multiply: with 20 a document grows by
 * less than 3^7, without a limit nine lines fill the memory of whoever writes the value out again.
 */
export const maximumAliases = 20;
/** Largest text in bytes. */
export const maximumBytes = 256 * 1024;
/** Longest key: readers differ about keys that are longer than a line. */
const maximumKeyCharacters = 128;

const wholeInput = "(whole input)";

/**
 * The value of a YAML 1.2 text (core schema). Throws InputError for text that is no YAML, for what
 * readers of YAML understand differently and no contract needs (tags, directives, tabs, text in
 * quotes over several lines, deep nesting), and for every scalar without quotes that a reader of
 * YAML 1.1 takes for something else, such as `01500` or `no`.
 *
 * `causeway_training/yaml_reader.py` reads the same; test/contracts holds the two equal.
 */
export function parseYaml(input: string, source: string): unknown {
  const text = input.replace(/^\uFEFF/, "");
  const inText = textProblems(text);
  if (inText.length > 0) throw new InputError(source, inText);
  const reader = new Reader(text);
  const value = valueOr(source, () => reader.document());
  if (reader.problems.length > 0) throw new InputError(source, reader.problems);
  return value;
}

const refusedExpressions = refused.map(({ expression, got, allowed }) => ({
  expression: new RegExp(expression, "mu"),
  problem: { key: wholeInput, got, allowed },
}));

/** What is refused before the text is taken for YAML, in time that grows with its length only. */
function textProblems(text: string): Problem[] {
  const bytes = Buffer.byteLength(text);
  if (bytes > maximumBytes)
    return [
      { key: wholeInput, got: `${bytes} bytes`, allowed: `text of at most ${maximumBytes} bytes` },
    ];
  return refusedExpressions
    .filter(({ expression }) => expression.test(text))
    .map(({ problem }) => problem);
}

function valueOr(source: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof YAMLException)
      throw new InputError(source, [{ key: wholeInput, got: said(error), allowed: "YAML" }]);
    throw error;
  }
}

/** The parser's limit is a multiple of ours. */
function said({ message }: YAMLException): string {
  return message.startsWith("nesting exceeded") ? tooDeep : (message.split("\n")[0] ?? message);
}

type Path = readonly (string | number)[];
type Node = Exclude<Event, { type: typeof EVENT_ID.DOCUMENT | typeof EVENT_ID.POP }>;

/** Stands for an anchor that is still open. */
const open = Symbol("open");

/** Builds the value of one document from the events of the parser. */
class Reader {
  readonly problems: Problem[] = [];
  private readonly anchors = new Map<string, unknown>();
  private aliases = 0;
  private next = 0;
  private events: readonly Event[] = [];

  constructor(private readonly text: string) {}

  document(): unknown {
    // The parser counts more levels than there are collections.
    this.events = parseEvents(this.text, { maxDepth: 4 * maximumDepth });
    const documents = this.events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length;
    if (documents !== 1) throw new YAMLException(`expected one document, got ${documents}`);
    this.next = 1;
    const first = this.node();
    return first === undefined ? null : this.value(first, []);
  }

  /** The next node of the open collection, undefined at its end. */
  private node(): Node | undefined {
    const event = this.events[this.next];
    this.next += 1;
    return event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT
      ? undefined
      : event;
  }

  private value(event: Node, path: Path, depth = 1): unknown {
    const name = this.text.slice(event.anchorStart, event.anchorEnd);
    if (event.type === EVENT_ID.ALIAS) return this.alias(name);
    if (event.tagStart >= 0) throw new YAMLException("a tag");
    const anchored = event.anchorStart >= 0;
    if (anchored) this.anchors.set(name, open);
    const value = this.content(event, path, depth);
    if (anchored) this.anchors.set(name, value);
    return value;
  }

  private content(event: Exclude<Node, AliasEvent>, path: Path, depth: number): unknown {
    if (event.type === EVENT_ID.SCALAR) return this.scalar(event, path);
    if (depth > maximumDepth) throw new YAMLException(tooDeep);
    return event.type === EVENT_ID.SEQUENCE
      ? this.sequence(path, depth)
      : this.mapping(path, depth);
  }

  private alias(name: string): unknown {
    this.aliases += 1;
    if (this.aliases > maximumAliases)
      throw new YAMLException(`more than ${maximumAliases} aliases`);
    if (!this.anchors.has(name)) throw new YAMLException(`*${name} is an alias without an anchor`);
    const value = this.anchors.get(name);
    if (value !== open) return value;
    throw new YAMLException(`*${name} is an alias inside of its own anchor`);
  }

  private sequence(path: Path, depth: number): unknown[] {
    const items: unknown[] = [];
    for (let item = this.node(); item !== undefined; item = this.node())
      items.push(this.value(item, [...path, items.length], depth + 1));
    return items;
  }

  private mapping(path: Path, depth: number): object {
    const pairs = new Map<string, unknown>();
    for (let key = this.node(); key !== undefined; key = this.node()) {
      const name = this.key(key, path);
      if (pairs.has(name)) throw new YAMLException(`duplicated mapping key ${name}`);
      const item = this.node();
      pairs.set(name, item === undefined ? null : this.value(item, [...path, name], depth + 1));
    }
    return Object.fromEntries(pairs);
  }

  /** The text of a key, which is not resolved: `1` and `"1"` are the same. */
  private key(event: Node, path: Path): string {
    if (event.type !== EVENT_ID.SCALAR || event.tagStart >= 0 || event.anchorStart >= 0)
      throw new YAMLException("a key must be a scalar without anchor and tag");
    const text = this.scalarText(event);
    const plain = event.style === SCALAR_STYLE.PLAIN;
    const raw = this.text.slice(event.valueStart, event.valueEnd);
    const colon = plain ? / *:(?:\s|$)/y : /["']? *:/y;
    colon.lastIndex = event.valueEnd;
    if (raw.includes("\n") || event.valueStart < 0 || !colon.test(this.text))
      throw new YAMLException("a key must be followed by a colon on its line");
    if ([...text].length > maximumKeyCharacters)
      throw new YAMLException(`a key of more than ${maximumKeyCharacters} characters`);
    if (plain) this.report(text, [...path, text]);
    return text;
  }

  private scalar(event: ScalarEvent, path: Path): unknown {
    const text = this.scalarText(event);
    if (event.style !== SCALAR_STYLE.PLAIN) return text;
    this.report(text, path);
    return scalarOf(text);
  }

  private scalarText(event: ScalarEvent): string {
    const { style, valueStart, valueEnd } = event;
    const quoted = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
    if (quoted && this.text.slice(valueStart, valueEnd).includes("\n"))
      throw new YAMLException("text in quotes over several lines; write it after | or >");
    const text = getScalarValue(this.text, event);
    if (style === SCALAR_STYLE.PLAIN && /^[?:]|:$/.test(text))
      throw new YAMLException("text that starts with ? or : or ends with :, without quotes");
    return text;
  }

  private report(text: string, path: Path): void {
    const found = ambiguousExpressions.find(({ expression }) => expression.test(text));
    if (found !== undefined)
      this.problems.push({
        key: pathName(path),
        got: text,
        allowed: `quotes around it if it is text, else a form that all read alike: ${text} is ${found.readings}`,
      });
  }
}

const ambiguousExpressions = ambiguous.map(({ expression, readings }) => ({
  expression: new RegExp(`^(?:${expression})$`),
  readings,
}));

const words = new Map<string, unknown>([
  ...["", "~", "null", "Null", "NULL"].map((text) => [text, null] as const),
  ...["true", "True", "TRUE"].map((text) => [text, true] as const),
  ...["false", "False", "FALSE"].map((text) => [text, false] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((text) => [text, Infinity] as const),
  ...["-.inf", "-.Inf", "-.INF"].map((text) => [text, -Infinity] as const),
  ...[".nan", ".NaN", ".NAN"].map((text) => [text, NaN] as const),
]);

/** A scalar without quotes by the core schema of YAML 1.2 (section 10.3.2 of the specification). */
function scalarOf(text: string): unknown {
  if (words.has(text)) return words.get(text);
  const number = /^(?:[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0x[\dA-Fa-f]+)$/.test(text);
  return number ? Number(text) : text;
}
