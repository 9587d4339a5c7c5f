import {
  defineMappingTag,
  defineScalarTag,
  load,
  Schema,
  seqTag,
  strTag,
  YAMLException,
} from "js-yaml";
import ambiguous from "./ambiguous-scalars.json";
import { InputError, pathName, type Problem } from "./problems";

/**
 * Most aliases (`*name`) of a document. Aliases of aliases multiply: with 20 a document grows by
 * less than 3^7, without a limit nine lines fill the memory of whoever writes the value out again.
 */
export const maximumAliases = 20;

/**
 * The value of a YAML 1.2 text (core schema). Throws InputError for text that is no YAML, has too
 * many aliases or holds itself, and for every scalar without quotes that a reader of YAML 1.1
 * takes for something else, such as `01500` or `no`.
 */
export function parseYaml(text: string, source: string): unknown {
  const problems: Problem[] = [];
  const value = valueOf(loaded(text, source), [], new Set(), problems);
  if (problems.length > 0) throw new InputError(source, problems);
  return value;
}

/** A scalar without quotes, before it has a meaning. */
class PlainScalar {
  constructor(readonly text: string) {}
}

/** Pairs of a mapping in their order; keys as they were written. */
class Mapping {
  readonly pairs = new Map<string, { readonly plain: boolean; readonly value: unknown }>();
}

const schema = new Schema([
  strTag,
  seqTag,
  defineScalarTag<PlainScalar>("tag:causeway.dev,2026:plain", {
    implicit: true,
    resolve: (text) => new PlainScalar(text),
    identify: () => false,
  }),
  defineMappingTag<Mapping>("tag:yaml.org,2002:map", {
    create: () => new Mapping(),
    addPair: ({ pairs }, key, value) => {
      if (typeof key !== "string" && !(key instanceof PlainScalar)) return "a key must be a scalar";
      const plain = typeof key !== "string";
      pairs.set(plain ? key.text : key, { plain, value });
      return "";
    },
    has: ({ pairs }, key) =>
      key instanceof PlainScalar ? pairs.has(key.text) : typeof key === "string" && pairs.has(key),
    keys: ({ pairs }) => pairs.keys(),
    get: ({ pairs }, key) => (typeof key === "string" ? pairs.get(key)?.value : undefined),
    identify: () => false,
  }),
]);

function loaded(text: string, source: string): unknown {
  if (/[\u0085\u2028\u2029]/.test(text))
    throw new InputError(source, [
      {
        key: "(whole input)",
        got: "one of the characters U+0085, U+2028 and U+2029",
        allowed: "none: YAML 1.1 breaks a line there, YAML 1.2 does not",
      },
    ]);
  try {
    return load(text, { maxAliases: maximumAliases, schema });
  } catch (error) {
    if (error instanceof YAMLException)
      throw new InputError(source, [
        { key: "(whole input)", got: error.message.split("\n")[0], allowed: "YAML" },
      ]);
    throw error;
  }
}

/** The value of what was read, a mapping as an object; adds every ambiguous scalar to `problems`. */
function valueOf(
  node: unknown,
  path: readonly (string | number)[],
  above: Set<unknown>,
  problems: Problem[],
): unknown {
  if (node instanceof PlainScalar) {
    report(node.text, path, problems);
    return scalarOf(node.text);
  }
  if (!(node instanceof Mapping || Array.isArray(node))) return node;
  if (above.has(node)) {
    problems.push({
      key: "(whole input)",
      got: "an alias inside of its own anchor",
      allowed: "YAML that does not hold itself",
    });
    return undefined;
  }
  above.add(node);
  const value = Array.isArray(node)
    ? node.map((item, i) => valueOf(item, [...path, i], above, problems))
    : Object.fromEntries(
        [...node.pairs].map(([key, { plain, value: item }]) => {
          if (plain) report(key, [...path, key], problems);
          return [key, valueOf(item, [...path, key], above, problems)];
        }),
      );
  above.delete(node);
  return value;
}

const expressions = ambiguous.map(({ expression, readings }) => ({
  expression: new RegExp(`^(?:${expression})$`),
  readings,
}));

function report(text: string, path: readonly (string | number)[], problems: Problem[]): void {
  const found = expressions.find(({ expression }) => expression.test(text));
  if (found !== undefined)
    problems.push({
      key: pathName(path),
      got: text,
      allowed: `quotes around it if it is text, else a form that all read alike: ${text} is ${found.readings}`,
    });
}

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
