/**
 * Readers of untyped properties. A missing or differently typed value reads as absent, so a rule
 * says "must" instead of crashing.
 */

/** The value at a dotted path, e.g. `spec.template.spec`; undefined where any step is missing. */
export function at(value: unknown, path: string): unknown {
  let current = value;
  for (const key of path.split(".")) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

/** The list at a path, or an empty one. */
export function list(value: unknown, path: string): unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** The text at a path, or undefined. */
export function text(value: unknown, path: string): string | undefined {
  const found = at(value, path);
  return typeof found === "string" ? found : undefined;
}

/** The number at a path, or undefined. */
export function number(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === "number" ? found : undefined;
}

/** The object at a path as a record, or an empty one. */
export function record(value: unknown, path: string): Record<string, unknown> {
  const found = at(value, path);
  return typeof found === "object" && found !== null && !Array.isArray(found)
    ? Object.fromEntries(Object.keys(found).map((key) => [key, Reflect.get(found, key)]))
    : {};
}

/**
 * Whether a path is set to more than nothing, known or not: a key that is created in the same
 * update has no ARN yet, but a property that holds it is set. Reads only the parents of the last
 * step, so an unknown value at the path itself does not throw.
 */
export function present(value: unknown, path: string): boolean {
  const steps = path.split(".");
  const key = steps.pop() ?? path;
  const parent = steps.length === 0 ? value : at(value, steps.join("."));
  if (typeof parent !== "object" || parent === null) return false;
  const found: unknown = Reflect.getOwnPropertyDescriptor(parent, key)?.value;
  return found !== undefined && found !== null && found !== "";
}
