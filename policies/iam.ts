import { at, list } from "./read";

/** One statement of an IAM policy document, with every field as a list. */
export interface PolicyStatement {
  readonly sid: string;
  readonly allows: boolean;
  readonly actions: readonly string[];
  /**
   * Whether the statement lists what it does not mean (NotAction, NotPrincipal, NotResource): it
   * then means nearly everything.
   */
  readonly inverted: boolean;
  readonly resources: readonly string[];
  /** Principals as `*` or `kind:value`, e.g. `AWS:arn:aws:iam::111122223333:root`. */
  readonly principals: readonly string[];
  /** Conditions by operator, then by key. */
  readonly conditions: readonly {
    readonly operator: string;
    readonly key: string;
    readonly values: readonly string[];
  }[];
}

/**
 * The statements of a policy document given as text or as an object; a text that is no JSON has
 * none.
 */
export function statements(document: unknown): PolicyStatement[] {
  const parsed = typeof document === "string" ? parsedJson(document) : document;
  const given = at(parsed, "Statement");
  return (Array.isArray(given) ? given : given === undefined ? [] : [given]).map(statement);
}

function statement(given: unknown, index: number): PolicyStatement {
  return {
    sid: texts(at(given, "Sid"))[0] ?? `number ${index + 1}`,
    allows: at(given, "Effect") === "Allow",
    actions: [
      ...texts(at(given, "Action")),
      ...(at(given, "NotAction") === undefined ? [] : ["*"]),
    ],
    inverted: ["NotAction", "NotPrincipal", "NotResource"].some(
      (key) => at(given, key) !== undefined,
    ),
    resources: [
      ...texts(at(given, "Resource")),
      ...(at(given, "NotResource") === undefined ? [] : ["*"]),
    ],
    principals: [
      ...principals(at(given, "Principal")),
      ...(at(given, "NotPrincipal") === undefined ? [] : ["*"]),
    ],
    conditions: entries(at(given, "Condition")).flatMap(([operator, keys]) =>
      entries(keys).map(([key, values]) => ({ operator, key, values: texts(values) })),
    ),
  };
}

function principals(given: unknown): string[] {
  if (typeof given === "string") return [given];
  return entries(given).flatMap(([kind, values]) =>
    texts(values).map((value) => (value === "*" ? "*" : `${kind}:${value}`)),
  );
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.keys(value).map((key) => [key, Reflect.get(value, key)])
    : [];
}

/** A text, a boolean or a list of them, as a list of texts. */
function texts(value: unknown): string[] {
  const values = Array.isArray(value)
    ? list({ value }, "value")
    : value === undefined
      ? []
      : [value];
  return values.flatMap((item) =>
    typeof item === "string" ? [item] : typeof item === "boolean" ? [String(item)] : [],
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
