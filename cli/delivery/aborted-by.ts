import type { Rollout } from "../../services/delivery/objects";

/**
 * Whether the controller itself ended the rollout. Its status does not say: the reason of a missed
 * start deadline stands there for a moment and is then overwritten by the words that a person's
 * abort has. But the API server keeps who set which field, and `currentPodHash` is set by the
 * controller alone.
 */
export function abortedByController({ metadata }: Pick<Rollout, "metadata">): boolean {
  const owners = (field: string) =>
    metadata.managedFields
      .filter(({ fieldsV1 }) => fieldsV1["f:status"]?.[`f:${field}`] !== undefined)
      .map(({ manager }) => manager);
  const controllers = new Set(owners("currentPodHash"));
  return owners("abort").some((manager) => controllers.has(manager));
}
