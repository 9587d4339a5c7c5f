import { at, record, text } from "../../read";
import type { ResourceView } from "../../rule";

export const rolloutType = "kubernetes:argoproj.io/v1alpha1:Rollout";

/** Namespace and name of a Kubernetes object, as one key. */
export function objectKey(resource: ResourceView): string {
  return `${text(resource.props, "metadata.namespace") ?? "default"}/${text(resource.props, "metadata.name") ?? resource.name}`;
}

/**
 * Whether a label selector without expressions selects the pods of a workload. An empty selector
 * selects all of them.
 */
export function selects(selector: unknown, workload: ResourceView): boolean {
  const labels = record(workload.props, "spec.template.metadata.labels");
  return (
    at(selector, "matchExpressions") === undefined &&
    Object.entries(record(selector, "matchLabels")).every(([key, value]) => labels[key] === value)
  );
}
