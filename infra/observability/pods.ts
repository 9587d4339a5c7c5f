import { serverContainer } from "../../services/evidence/rollout";
import { namespaces } from "../kubernetes/labels";

/**
 * Matchers of the server containers of a model in metrics of others, which know pods by name: the
 * model's, the hash of the version and a random end, and the last two hold no hyphen.
 */
export function serverPods(model: string): string {
  return `namespace="${namespaces.models}",container="${serverContainer}",pod=~"${model}-[^-]+-[^-]+"`;
}
