import { text } from "./read";
import type { ResourceView } from "./rule";

/**
 * In how many clusters an object occurs at least: the most often that one type, namespace and name
 * is found. A stack holds the objects of all its clusters, and what each cluster must have is there
 * as often as what demands it.
 */
export function occurrences(resources: readonly ResourceView[]): number {
  const counts = new Map<string, number>();
  for (const resource of resources) {
    const key = [
      resource.type,
      text(resource.props, "metadata.namespace"),
      text(resource.props, "metadata.name") ?? resource.name,
    ].join("/");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}
