import type { Contract } from "../../services/contract/contract";
import { millicores } from "../../services/contract/units";

/** What of the node's disk a server may use; it writes nothing but temporary files. */
const disk = { request: "64Mi", limit: "256Mi" } as const;
/** Largest content of /tmp. */
export const temporarySize = "64Mi";

/**
 * Requests and limits of the server. Memory and GPUs are guaranteed; CPU may burst to twice its
 * request, because the autoscaler needs some seconds and a throttled server would miss its latency
 * objective in them.
 */
export function serverResources({ cpu, memory, gpu }: Contract["serving"]) {
  const gpus = gpu > 0 ? { "nvidia.com/gpu": String(gpu) } : {};
  return {
    requests: { cpu, memory, "ephemeral-storage": disk.request, ...gpus },
    limits: { cpu: `${2 * millicores(cpu)}m`, memory, "ephemeral-storage": disk.limit, ...gpus },
  };
}
