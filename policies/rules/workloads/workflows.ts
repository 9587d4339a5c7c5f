import { at } from "../../read";
import type { ResourceView } from "../../rule";
import { workflowPaths } from "./pods";

/** Kinds that hold a workflow. */
export const workflowTypes: readonly string[] = Object.keys(workflowPaths);

/**
 * The workflow that a resource holds; undefined where it only refers to a template, which is judged
 * itself.
 */
export function workflowSpec(resource: ResourceView): unknown {
  const spec = at(resource.props, workflowPaths[resource.type] ?? "");
  return at(spec, "workflowTemplateRef") === undefined ? spec : undefined;
}
