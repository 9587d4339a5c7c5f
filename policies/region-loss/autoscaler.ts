/** How a model's replicas follow its requests, as its ScaledObject says. */
export interface Autoscaler {
  readonly min: number;
  readonly max: number;
  /** Requests per second that one replica is scaled for: also what it counts as able to carry. */
  readonly requestsPerReplica: number;
  /** Seconds between two looks of the autoscaler. */
  readonly pollingSeconds: number;
  /** Most growth at one look: the larger of so many percent and so many replicas. */
  readonly growth: { readonly percent: number; readonly replicas: number };
}

/**
 * Window over which the request rate is measured, in seconds; `rateWindow` of
 * infra/serving/autoscaling.ts.
 */
const rateWindowSeconds = 30;
/**
 * Our assumption: seconds from the order for a replica until it is ready, on a node that is there.
 * The start probe allows 120.
 */
export const podStartSeconds = 40;
/** Our assumption: seconds until a new node takes pods. */
export const nodeStartSeconds = 90;
/** The loss of a region is followed for so long, in seconds. */
const horizonSeconds = 1_800;

/** What becomes of one model in one region while its load grows. */
export interface ScaleUp {
  readonly standingReplicas: number;
  readonly neededReplicas: number;
  /** Seconds after the loss from which on replicas carry the load; infinite where they never do. */
  readonly carriedAfterSeconds: number;
}

/**
 * Plays the autoscaler second by second. It starts with what the region's own load needs;
 * `headroom` replicas find a node at once, further ones wait for a new one. `load` gives requests
 * per second at a second after the loss.
 */
export function scaleUp(
  autoscaler: Autoscaler,
  load: (second: number) => number,
  headroom: number,
): ScaleUp {
  const { min, max, requestsPerReplica, pollingSeconds } = autoscaler;
  const replicasFor = (requests: number) => Math.ceil(requests / requestsPerReplica - 1e-9);
  const bounded = (replicas: number) => Math.min(max, Math.max(min, replicas));
  const standing = bounded(replicasFor(load(0)));
  const starts: { readonly readyAt: number; readonly replicas: number }[] = [];
  let ordered = standing;
  let overloaded = -1;
  for (let second = 0; second <= horizonSeconds; second++) {
    if (second > 0 && second % pollingSeconds === 0) {
      const most = Math.max(
        Math.floor(ordered * (1 + autoscaler.growth.percent / 100)),
        ordered + autoscaler.growth.replicas,
      );
      const next = Math.min(bounded(replicasFor(meanLoad(load, second))), most);
      if (next > ordered) {
        const atOnce = Math.max(0, Math.min(next, standing + headroom) - ordered);
        starts.push(
          { readyAt: second + podStartSeconds, replicas: atOnce },
          {
            readyAt: second + nodeStartSeconds + podStartSeconds,
            replicas: next - ordered - atOnce,
          },
        );
        ordered = next;
      }
    }
    const ready =
      standing +
      starts.reduce((sum, start) => sum + (start.readyAt <= second ? start.replicas : 0), 0);
    if (load(second) > ready * requestsPerReplica) overloaded = second;
  }
  return {
    standingReplicas: standing,
    neededReplicas: Math.max(min, replicasFor(load(horizonSeconds))),
    carriedAfterSeconds: overloaded === horizonSeconds ? Infinity : overloaded + 1,
  };
}

function meanLoad(load: (second: number) => number, second: number): number {
  let sum = 0;
  for (let back = 0; back < rateWindowSeconds; back++) sum += load(Math.max(0, second - back));
  return sum / rateWindowSeconds;
}
