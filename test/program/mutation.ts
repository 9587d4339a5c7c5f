import type { RecordedResource } from "../../cli/plan/resource";

/**
 * What to do to one resource of the good prod stack: a value for a path, `gone` to remove the
 * field, or the resource itself.
 */
export interface Mutation {
  /** Rule that must fire. */
  readonly rule: string;
  /** Resource name and the end of its type, e.g. `foundation-keys-data kms/key:Key`. */
  readonly target: string;
  /**
   * Path into the inputs, `/` between steps; a `/` inside a step is written `%2F`. Absent: the
   * whole resource is removed from the plan.
   */
  readonly path?: string;
  readonly value?: unknown;
}

/** Marks a field that is taken away. */
export const gone = Symbol("gone");

/**
 * The resources with one mutation applied; throws where the target or a step of the path does not
 * exist.
 */
export function mutated(
  resources: readonly RecordedResource[],
  { target, path, value }: Mutation,
): RecordedResource[] {
  const [name, type = ""] = target.split(" ");
  const found = resources.filter(
    (resource) => resource.name === name && resource.type.endsWith(type),
  );
  if (found.length !== 1) throw new Error(`${target} names ${found.length} resources`);
  if (path === undefined) return resources.filter((resource) => resource !== found[0]);
  return resources.map((resource) =>
    resource === found[0] ? changed(resource, path, value) : resource,
  );
}

function changed(resource: RecordedResource, path: string, value: unknown): RecordedResource {
  const copy = structuredClone(resource) as RecordedResource;
  const steps = path.split("/").map(decodeURIComponent);
  const last = steps.pop() ?? "";
  let at: unknown = copy.inputs;
  for (const step of steps) {
    at = Reflect.get(at as object, step);
    if (typeof at !== "object" || at === null)
      throw new Error(`${resource.name} has nothing at ${path}`);
  }
  if (value === gone) {
    if (!Reflect.has(at as object, last))
      throw new Error(`${resource.name} has nothing at ${path}`);
    Reflect.deleteProperty(at as object, last);
  } else
    Reflect.set(
      at as object,
      last,
      typeof value === "function" ? value(Reflect.get(at as object, last)) : value,
    );
  return copy;
}
