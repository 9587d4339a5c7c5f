import { at, record } from "../../read";
import type { ResourceView } from "../../rule";

/** Labels, or annotations where a value is no label's, by which an object says which model's release it is. */
export const keys = { riskTier: "causeway.dev/risk-tier", owner: "causeway.dev/owner", release: "causeway.dev/release" } as const;

/** A label or annotation of an object, looked up in both. */
export function mark(resource: ResourceView, key: string): unknown {
  const metadata = at(resource.props, "metadata");
  return record(metadata, "labels")[key] ?? record(metadata, "annotations")[key];
}

/** Risk tier that a Rollout declares for its model. */
export function riskTierOf(resource: ResourceView): unknown {
  return mark(resource, keys.riskTier);
}
