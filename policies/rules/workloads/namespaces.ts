import { text } from "../../read";
import type { ResourceView, StackViolation } from "../../rule";
import { subject } from "./subject";

const namespaceType = "kubernetes:core/v1:Namespace";

/**
 * Namespaces that lack a companion object of one type. A stack may hold a namespace once per
 * cluster, so each needs as many companions as there are namespaces of its name.
 */
export function namespacesWithout(
  resources: readonly ResourceView[],
  companionType: string,
  exempt: readonly string[],
): StackViolation[] {
  const companions = resources
    .filter(({ type }) => type === companionType)
    .map(({ props }) => text(props, "metadata.namespace"));
  const kind = companionType.slice(companionType.lastIndexOf(":") + 1);
  return resources.flatMap((resource, index) => {
    if (resource.type !== namespaceType) return [];
    const name = text(resource.props, "metadata.name") ?? resource.name;
    const earlier = resources
      .slice(0, index)
      .filter(
        (other) =>
          other.type === namespaceType &&
          (text(other.props, "metadata.name") ?? other.name) === name,
      ).length;
    const found = companions.filter((namespace) => namespace === name).length;
    return exempt.includes(name) || earlier < found
      ? []
      : [
          {
            resource,
            message: `${subject(resource)} must have a ${kind} in each cluster, got ${found} in the stack`,
          },
        ];
  });
}
