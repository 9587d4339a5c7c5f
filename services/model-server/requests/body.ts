import { isUtf8 } from "node:buffer";
import { parseJson } from "../../contract/json";
import { RequestProblem, refuseField } from "./problem";

/**
 * JSON text of a request as a value. A key that is there twice is refused, for what a caller's log
 * shows of it need not be what the model saw. `__proto__` is an ordinary own key, which the readers
 * refuse as any other field that they do not know.
 */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) throw missingBody();
  if (!isUtf8(body)) throw new RequestProblem("body.utf8", "the body must be UTF-8");
  try {
    return parseJson(body.toString("utf8"));
  } catch {
    // The parser's own message repeats a piece of the body.
    throw new RequestProblem("body.json", "the body must be JSON with each key once, and not deep");
  }
}

function missingBody(): RequestProblem {
  return new RequestProblem("body.missing", "the request needs a JSON body");
}

/** A JSON object, neither null nor a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The body as an object that has all of `required` and nothing beside `required` and `optional`.
 */
export function objectWith(
  body: unknown,
  required: readonly string[],
  optional: readonly string[],
): Readonly<Record<string, unknown>> {
  if (body === undefined) throw missingBody();
  if (!isObject(body)) throw new RequestProblem("body.type", "the body must be a JSON object");
  checkKeys(body, "", required, optional);
  return body;
}

/**
 * Refuses keys that are not known and the absence of those that are required. `prefix` is the path
 * of the object, with its dot.
 */
export function checkKeys(
  value: Readonly<Record<string, unknown>>,
  prefix: string,
  required: readonly string[],
  optional: readonly string[],
): void {
  for (const key of Object.keys(value)) {
    if (!required.includes(key) && !optional.includes(key))
      throw refuseField(
        "field.unknown",
        `${prefix}${shortened(key)}`,
        `is not a field of this request; allowed: ${[...required, ...optional].join(", ")}`,
      );
  }
  for (const key of required) {
    if (!Object.hasOwn(value, key))
      throw refuseField("field.missing", `${prefix}${key}`, "is missing");
  }
}

/** A key of the caller's as a message may show it. */
export function shortened(key: string): string {
  if (key === "") return '""';
  const printable = key.replace(/[^\x20-\x7e]/g, "?");
  return printable.length > 40 ? `${printable.slice(0, 37)}...` : printable;
}
