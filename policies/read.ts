/** Readers of untyped properties. A missing or differently typed value reads as absent, so a rule says "must" instead of crashing. */

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
  return typeof found === "object" && found !== null && !Array.isArray(found) ? Object.fromEntries(Object.keys(found).map((key) => [key, Reflect.get(found, key)])) : {};
}
