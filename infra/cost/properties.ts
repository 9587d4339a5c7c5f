/**
 * Readers of planned inputs, whose shape no type promises: what is missing or of another type reads
 * as absent.
 */

/** The value at a path of keys. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

/** The list at a path, or an empty one. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The text at a path. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** The number at a path. */
export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

const memoryUnits: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Cores in a Kubernetes CPU quantity, e.g. 0.5 for `500m`; 0 for what is none. */
export function cores(quantity: unknown): number {
  const [, amount, unit] = /^([\d.]+)(m?)$/.exec(String(quantity)) ?? [];
  return amount === undefined ? 0 : Number(amount) / (unit === "m" ? 1_000 : 1);
}

/** GiB in a Kubernetes quantity of bytes, e.g. 0.5 for `512Mi`; 0 for what is none. */
export function gibibytes(quantity: unknown): number {
  const [, amount, unit = ""] = /^([\d.]+)([kMGT]?|[KMGT]i)$/.exec(String(quantity)) ?? [];
  return amount === undefined ? 0 : (Number(amount) * (memoryUnits[unit] ?? 0)) / 2 ** 30;
}
