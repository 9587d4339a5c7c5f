/** Plain JSON values and the marks that the engine puts on secrets and unknowns. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

// The markers are constants of the engine's wire protocol, the same in every SDK.
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN_VALUES = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return isObject(value);
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Copies a value into plain JSON; keys without a value are left out. */
export function toJson(value: unknown): Json {
  if (
    value === null ||
    typeof value === "boolean" ||
    typeof value === "number" ||
    typeof value === "string"
  )
    return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (isObject(value)) return toJsonObject(value);
  return null;
}

export function toJsonObject(value: unknown): JsonObject {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, toJson(item)]),
  );
}

/** The value behind a secret mark, or undefined when the value is not a secret. */
function secretValue(value: Json): Json | undefined {
  return isJsonObject(value) && value[SIGNATURE_KEY] === SECRET_SIGNATURE
    ? (value["value"] ?? null)
    : undefined;
}

/** Marks a value as a secret: the engine encrypts it in the state and never prints it. */
export function asSecret(value: Json): JsonObject {
  return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
}

/** The value without its secret marks, as the API server must get it. */
export function reveal(value: Json): Json {
  const secret = secretValue(value);
  if (secret !== undefined) return reveal(secret);
  if (isJsonArray(value)) return value.map(reveal);
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item)]));
  return value;
}

export function revealObject(value: JsonObject): JsonObject {
  const revealed = reveal(value);
  return isJsonObject(revealed) ? revealed : {};
}

export function hasUnknown(value: Json): boolean {
  if (typeof value === "string") return UNKNOWN_VALUES.has(value);
  if (isJsonArray(value)) return value.some(hasUnknown);
  return isJsonObject(value) && Object.values(value).some(hasUnknown);
}

export function deepEqual(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (isJsonArray(left) && isJsonArray(right)) {
    return (
      left.length === right.length && left.every((item, index) => deepEqual(item, right[index]))
    );
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => deepEqual(left[key], right[key]))
  );
}

function isEmpty(value: Json): boolean {
  if (value === null || value === "" || value === false || value === 0) return true;
  return isJsonArray(value)
    ? value.length === 0
    : isJsonObject(value) && Object.keys(value).length === 0;
}

/**
 * What the server holds at the places that the program speaks about. Fields that the server or a
 * controller added are not ours and are left out; a secret stays marked; an empty value that the
 * server dropped is still as declared.
 */
export function project(declared: Json, live: Json | undefined): Json | undefined {
  const secret = secretValue(declared);
  if (secret !== undefined) {
    const inner = project(secret, live);
    return inner === undefined ? undefined : asSecret(inner);
  }
  if (live === undefined) return isEmpty(reveal(declared)) ? declared : undefined;
  if (isJsonArray(declared) && isJsonArray(live)) {
    return live.map((item, index) => {
      const wanted = declared[index];
      return wanted === undefined ? item : (project(wanted, item) ?? item);
    });
  }
  if (!isJsonObject(declared) || !isJsonObject(live)) return live;
  const entries = Object.entries(declared).flatMap(([key, item]): [string, Json][] => {
    const projected = project(item, live[key]);
    return projected === undefined ? [] : [[key, projected]];
  });
  return Object.fromEntries(entries);
}

/**
 * The inputs after a refresh: as the program declared them, except where the server's value has
 * changed since.
 */
export function refreshedInputs(
  inputs: Json,
  before: Json | undefined,
  now: Json | undefined,
): Json | undefined {
  if (deepEqual(before, now)) return inputs;
  if (
    isJsonObject(inputs) &&
    secretValue(inputs) === undefined &&
    isJsonObject(before) &&
    isJsonObject(now)
  ) {
    const entries = Object.entries(inputs).flatMap(([key, item]): [string, Json][] => {
      const refreshed = refreshedInputs(item, before[key], now[key]);
      return refreshed === undefined ? [] : [[key, refreshed]];
    });
    return Object.fromEntries(entries);
  }
  return now;
}

/** Names of the fields, one level below the top, in which two objects differ: `spec.replicas`. */
export function changedFields(before: JsonObject, after: JsonObject): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const [left, right] = [before[key], after[key]];
    if (deepEqual(left, right)) return [];
    if (!isJsonObject(left) || !isJsonObject(right)) return [key];
    return [...new Set([...Object.keys(left), ...Object.keys(right)])]
      .filter((inner) => !deepEqual(left[inner], right[inner]))
      .map((inner) => `${key}.${inner}`);
  });
}
