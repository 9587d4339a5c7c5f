import { text } from "../../read";
import type { ResourceView } from "../../rule";

/**
 * What a message calls a resource, e.g. `Deployment "headroom"`: its kind and the name that its
 * owner knows.
 */
export function subject(resource: ResourceView): string {
  const kind = resource.type.slice(resource.type.lastIndexOf(":") + 1);
  return `${kind} "${text(resource.props, "metadata.name") ?? resource.name}"`;
}

/**
 * Namespace and name of an object, e.g. `causeway-models/loan-approval`, by which parameters list
 * exceptions.
 */
export function fullName(resource: ResourceView): string {
  return `${text(resource.props, "metadata.namespace") ?? ""}/${text(resource.props, "metadata.name") ?? resource.name}`;
}

/** A value as a message quotes it; a missing one is `nothing`. */
export function shown(value: unknown): string {
  return value === undefined || value === null ? "nothing" : JSON.stringify(value);
}
