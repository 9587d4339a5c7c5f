import type { Contract } from "../../contract/contract";
import type { Placement } from "../inference/execution";
import type { LimiterOptions } from "./limiter";

/**
 * Share of the latency objective that a request may spend in the server on average; the rest is for
 * the tail, the network and queues elsewhere.
 */
const shareOfObjective = 1 / 60;
/** A slow model's own runs come on top: this many may wait in line. */
const runsInLine = 4;
/** A server with so few requests is not overloaded, however slow the machine is at the moment. */
const neverTooMany = 32;
/**
 * Refusing costs time, too: a server that is asked for twice as much as it can keeps its answers
 * fast with fewer at a time.
 */
const fewWhileRefusing = 8;
const fewest = 4;
const most = 1_024;

/** Limits of in-flight requests that fit a model's objective and its measured speed. */
export function limiterOptions(
  { slos }: Pick<Contract, "slos">,
  {
    workerMilliseconds,
    inlineMilliseconds,
    lanes,
  }: Pick<Placement, "workerMilliseconds" | "inlineMilliseconds" | "lanes">,
): LimiterOptions {
  const run = workerMilliseconds ?? inlineMilliseconds;
  const targetMilliseconds = slos.latencyP99 * shareOfObjective + runsInLine * run;
  const minimumServingAll = Math.min(
    neverTooMany,
    Math.max(fewest, Math.floor((targetMilliseconds * lanes) / run)),
  );
  return {
    targetMilliseconds,
    minimum: Math.min(fewWhileRefusing, minimumServingAll),
    maximum: most,
    minimumServingAll,
  };
}
