import { at, list, text } from "../../policies/resources";
import type { ResourceView } from "../../policies/rule";

/**
 * The Kubernetes objects of one document: itself, or the items of a list. Throws RangeError for
 * what is no object.
 */
export function resourcesOf(content: unknown): ResourceView[] {
  if (Array.isArray(content)) return content.flatMap(resourcesOf);
  const apiVersion = text(content, "apiVersion");
  const kind = text(content, "kind");
  if (apiVersion === undefined || kind === undefined)
    throw new RangeError(
      `a Kubernetes object must have apiVersion and kind, got ${apiVersion === undefined ? "no apiVersion" : "no kind"}`,
    );
  if (kind.endsWith("List") && Array.isArray(at(content, "items")))
    return list(content, "items").flatMap(resourcesOf);
  return [
    {
      type: typeToken(apiVersion, kind),
      name: text(content, "metadata.name") ?? text(content, "metadata.generateName") ?? "(no name)",
      props: propsOf(content),
    },
  ];
}

/**
 * The type token that the Pulumi provider gives the kind, e.g. `kubernetes:core/v1:Pod` or
 * `kubernetes:rbac.authorization.k8s.io/v1:Role`.
 */
export function typeToken(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

function propsOf(content: unknown): ResourceView["props"] {
  return typeof content === "object" && content !== null
    ? Object.fromEntries(Object.entries(content))
    : {};
}
