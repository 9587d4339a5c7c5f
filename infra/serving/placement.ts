import { priorityClasses } from "../kubernetes/labels";
import { type ServingSettings } from "./definition";
import { labelKeys } from "../../services/contract/labels";
import type { Environment } from "../../services/contract/environments";
import { podSelector, versionHashLabel } from "../kubernetes/model-objects";

/**
 * What to do when no zone is left that keeps the spread: prod would rather wait for a node than
 * lose a zone with all replicas in it.
 */
const zoneShortage = {
  prod: "DoNotSchedule",
  dev: "ScheduleAnyway",
  local: "ScheduleAnyway",
} as const satisfies Record<Environment, string>;

/**
 * Where a model's pods may run: spread over zones and hosts, before everything else of ours, on GPU
 * nodes only when the contract asks.
 */
export function placement({
  contract,
  environment,
}: Pick<ServingSettings, "contract" | "environment">) {
  // Each version spreads by itself, or a canary would have to avoid the zones of the stable
  // version.
  const perVersion = {
    labelSelector: { matchLabels: podSelector(contract.name) },
    matchLabelKeys: [versionHashLabel],
  };
  return {
    priorityClassName: priorityClasses.models,
    topologySpreadConstraints: [
      {
        topologyKey: "topology.kubernetes.io/zone",
        maxSkew: 1,
        whenUnsatisfiable: zoneShortage[environment],
        ...perVersion,
      },
      {
        topologyKey: "kubernetes.io/hostname",
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        ...perVersion,
      },
    ],
    ...(contract.serving.gpu > 0 && gpuPlacement[environment]),
  };
}

/** GPU nodes are tainted, so that nothing else fills them. */
const tolerations = [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }];
/** The platform's own node pool; on a cluster that is not ours the asked-for GPU alone decides. */
const ownPool = { nodeSelector: { [labelKeys.nodes]: "gpu" }, tolerations };
const gpuPlacement = {
  prod: ownPool,
  dev: ownPool,
  local: { tolerations },
} as const satisfies Record<Environment, object>;
