// Part of the stand-in plugins: property paths as `ignoreChanges` writes them, such as
// `spec.http[0].route[*].weight`.
import { isJsonArray, isJsonObject } from "../lib/json";
import type { Json, JsonObject } from "../lib/json";

/** Splits `spec.http[0].route[*]["a.b"]` into its steps; `*` stands for every element. */
export function pathSteps(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\*|\d+)\]|([^.[\]]+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}

/**
 * Copies `source` into `target` at one path; places that either side lacks are left as they are.
 */
function copyAt(target: Json, source: Json | undefined, steps: readonly string[]): Json {
  const [step, ...rest] = steps;
  if (source === undefined) return target;
  if (step === undefined) return source;
  if (isJsonArray(target) && isJsonArray(source)) {
    return target.map((item, index) =>
      step === "*" || step === String(index) ? copyAt(item, source[index], rest) : item,
    );
  }
  if (!isJsonObject(target) || !isJsonObject(source)) return target;
  const keys = step === "*" ? Object.keys(target) : [step];
  return keys.reduce<JsonObject>((copy, key) => {
    const [old, live] = [copy[key], source[key]];
    return old === undefined || live === undefined
      ? copy
      : { ...copy, [key]: copyAt(old, live, rest) };
  }, target);
}

/**
 * The wanted object with the live values at every ignored path, so that an update leaves them to
 * their owner.
 */
export function keepLiveValues(
  wanted: JsonObject,
  live: JsonObject,
  ignored: readonly string[],
): JsonObject {
  return ignored.reduce((object, path) => {
    const copied = copyAt(object, live, pathSteps(path));
    return isJsonObject(copied) ? copied : object;
  }, wanted);
}
