/**
 * Values as the engine's protocol carries them: plain JSON with marks for secrets, resources,
 * assets and outputs.
 */
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

// Constants of the protocol, the same in every SDK.
const signatureKey = "4dabf18193072939515e22adb298388d";
const signatures = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
} as const;

/** How the SDK marks a value that only an update can know. */
const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** What stands for such a value in a plan. */
export const unknownText = "[unknown]";

/** What stands for a secret wherever a plan is shown or stored. */
export const secretText = "[secret]";

/** An object of untyped properties. */
export type Properties = Record<string, unknown>;

/** An object of the protocol. */
export type WireObject = Record<string, JavaScriptValue>;

/**
 * A copy of properties as the protocol delivers them: keys in order, and none without a value. What
 * the program does with its own objects afterwards does not reach the copy.
 */
export function toWire(value: Properties): WireObject {
  const copy: WireObject = {};
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (item !== undefined) copy[key] = wireValue(item);
  }
  return copy;
}

function wireValue(value: unknown): JavaScriptValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (Array.isArray(value)) return value.map(wireValue);
  return isProperties(value) ? toWire(value) : null;
}

/** Whether a value is an object with named properties. */
export function isProperties(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A value as a reader may see it: secrets hidden, resources by URN. The keys of a secret object are
 * shown, its values are not. Parts in which nothing is hidden are the same objects.
 */
export function shown(value: unknown): unknown {
  if (value === unknownMark) return unknownText;
  if (Array.isArray(value)) return mappedList(value);
  if (!isProperties(value)) return value;
  switch (value[signatureKey]) {
    case undefined:
      return mappedObject(value);
    case signatures.secret:
      return hidden(value["value"]);
    case signatures.resource:
      return value["urn"];
    case signatures.output:
      return shown(value["value"]);
    default:
      return Object.fromEntries(
        Object.entries(value).flatMap(([key, item]) =>
          key === signatureKey ? [] : [[key, shown(item)]],
        ),
      );
  }
}

function mappedList(list: readonly unknown[]): readonly unknown[] {
  const items = list.map(shown);
  return items.every((item, i) => item === list[i]) ? list : items;
}

function mappedObject(value: Properties): Properties {
  let copy: Properties | undefined;
  for (const key in value) {
    const item = shown(value[key]);
    if (item !== value[key]) (copy ??= { ...value })[key] = item;
  }
  return copy ?? value;
}

/** Whether a shown value holds one that only an update can know. */
export function holdsUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return isProperties(value) ? Object.values(value).some(holdsUnknown) : value === unknownText;
}

function hidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hidden);
  if (!isProperties(value) || signatureKey in value) return secretText;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden(item)]));
}

/** The properties of an object as a reader may see them. */
export function shownProperties(value: unknown): Properties {
  const result = shown(value);
  return isProperties(result) ? result : {};
}

/** Marks a value as secret, as a provider does with a secret output. */
export function asSecret(value: unknown): Properties {
  return { [signatureKey]: signatures.secret, value };
}
