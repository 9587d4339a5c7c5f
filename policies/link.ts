import { text } from "./read";
import type { ResourceView } from "./rule";

/** Properties by which one AWS resource names another. */
const naming = ["id", "arn", "bucket", "name", "keyId"] as const;

/**
 * Whether the value at a path of one resource names another: by a literal name, an id or an ARN, or
 * by the engine's record of what a property is computed from. Throws where a value is unknown and
 * no record tells.
 */
export function refersTo(from: ResourceView, path: string, to: ResourceView): boolean {
  const [property = path] = path.split(".");
  const known = new Set(to.identities ?? []);
  const recorded = from.references?.[property] ?? [];
  if (recorded.some((identity) => known.has(identity))) return true;
  // What is computed from another resource of the same type names that one, even while the value is
  // unknown.
  if (property === path && recorded.some((urn) => typeOf(urn) === to.type)) return false;
  const value = text(from.props, path);
  if (value === undefined) return false;
  if (
    known.has(value) ||
    naming.some((key) => Reflect.getOwnPropertyDescriptor(to.props, key)?.value === value)
  )
    return true;
  // Without a record, a name that is not known yet may turn out to be this one: reading it says so.
  return from.references === undefined && naming.some((key) => text(to.props, key) === value);
}

/**
 * Type token in a URN, `urn:pulumi:<stack>::<project>::<types of the parents>$<type>::<name>`;
 * undefined for another identity.
 */
function typeOf(urn: string): string | undefined {
  return urn.startsWith("urn:pulumi:") ? urn.split("::")[2]?.split("$").pop() : undefined;
}

/** Resources of a type. */
export function ofType(
  resources: readonly ResourceView[],
  ...types: readonly string[]
): ResourceView[] {
  return resources.filter((resource) => types.includes(resource.type));
}

/** Resources of a type whose value at a path names `to`. */
export function companions(
  resources: readonly ResourceView[],
  type: string,
  path: string,
  to: ResourceView,
): ResourceView[] {
  return ofType(resources, type).filter((candidate) => refersTo(candidate, path, to));
}
