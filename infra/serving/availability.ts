import type { Contract } from "../../services/contract/contract";
import { servingNames } from "../../services/evidence/rollout";
import { metadata, podSelector } from "../kubernetes/model-objects";

/** Share of a model's pods, in percent, that may be evicted at the same time. */
export const evictablePercent = 25;

/**
 * How many pods node upgrades may take at once. A share and not a count, because the number of pods
 * is the autoscaler's; Kubernetes rounds it up, so that a single replica never blocks a drain and
 * three keep two.
 */
export function podDisruptionBudget(contract: Contract) {
  const { model } = servingNames(contract.name);
  return {
    metadata: metadata(model, model),
    spec: {
      selector: { matchLabels: podSelector(model) },
      maxUnavailable: `${evictablePercent}%`,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  };
}
