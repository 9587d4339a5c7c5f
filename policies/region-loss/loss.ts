import { recoveryBudget, rerouteSeconds } from "../../services/contract/recovery";
import { ofType, list, number, text } from "../resources";
import type { ResourceView } from "../rule";
import { scaleUp } from "./autoscaler";
import { plannedRegions, type PlannedModel, type PlannedRegion } from "./regions";
import { duration } from "../../services/contract/units";

/**
 * Share of a region's cores that is kept for controllers, mesh, metrics and logs; charts do not
 * show what they reserve. Our assumption.
 */
const platformShare = 0.25;

/** One model in one region that takes over the callers of another. */
export interface Takeover {
  readonly model: string;
  /** Requests per second after the loss: the region's own and those of the lost one. */
  readonly load: number;
  readonly standingReplicas: number;
  readonly neededReplicas: number;
  /** Requests per second that the region can grow to carry. */
  readonly capacity: number;
  /** What bounds the capacity, in words for a message. */
  readonly bound: string;
  /**
   * Seconds after the loss from which on the replicas carry the load; infinite where they never do.
   */
  readonly carriedAfterSeconds: number;
}

/**
 * The loss of one region, and one other that takes over all of its callers: name servers may send
 * them all to the same one.
 */
export interface RegionLoss {
  readonly lost: string;
  readonly by: string;
  /**
   * Seconds until every caller is served: the way to the other region, or the wait for its
   * replicas, whichever is longer.
   */
  readonly recoverySeconds: number;
  /** Seconds of the way alone. */
  readonly rerouteSeconds: number;
  readonly takeovers: readonly Takeover[];
}

/** One region in service while others are drained, whose callers may all have come to it. */
export interface Drain {
  readonly drained: readonly string[];
  readonly by: string;
  readonly takeovers: readonly Takeover[];
}

/** What a stack goes through when it loses a region, or has taken one out of service. */
export interface RegionLossFigures {
  readonly losses: readonly RegionLoss[];
  readonly drains: readonly Drain[];
  /** Longest recovery over all pairs of regions; undefined where nothing fails over. */
  readonly recoverySeconds: number | undefined;
  /**
   * Oldest age of a write that may be lost with its region: the lag of the slowest replication;
   * undefined where nothing is replicated.
   */
  readonly lostWritesSeconds: number | undefined;
}

/** Plays the loss of each region in service against each other one, over the planned resources. */
export function regionLoss(resources: readonly ResourceView[]): RegionLossFigures {
  const all = plannedRegions(resources);
  const drained = all.filter((region) => region.drained);
  const serving = all.filter((region) => !region.drained);
  const losses = serving.flatMap((lost) =>
    serving.filter((other) => other !== lost).map((by) => lossOf(lost, by, drained)),
  );
  return {
    losses,
    drains:
      drained.length === 0
        ? []
        : serving.map((by) => ({
            drained: drained.map(({ region }) => region),
            by: by.region,
            takeovers: takeoversOf(by, [by, ...drained], [], () => 1),
          })),
    recoverySeconds:
      losses.length === 0
        ? undefined
        : Math.max(...losses.map(({ recoverySeconds }) => recoverySeconds)),
    lostWritesSeconds: replicationLag(resources),
  };
}

function lossOf(
  lost: PlannedRegion,
  by: PlannedRegion,
  drained: readonly PlannedRegion[],
): RegionLoss {
  const start = rerouteSeconds(lost.timing);
  const { ttlSeconds = 0 } = lost.timing;
  // Resolvers forget the lost region one after the other, evenly over the lifetime of its name.
  const moved = (second: number) =>
    Math.min(1, Math.max(0, (second - start) / Math.max(1, ttlSeconds)));
  const takeovers = takeoversOf(by, [by, ...drained], [lost], moved);
  const budget = recoveryBudget(lost.timing).totalSeconds;
  return {
    lost: lost.region,
    by: by.region,
    rerouteSeconds: budget,
    recoverySeconds: Math.max(
      budget,
      ...takeovers.map(({ carriedAfterSeconds }) => carriedAfterSeconds),
    ),
    takeovers,
  };
}

/**
 * Each model of a region that has the callers of some regions and gets those of others, of which
 * `moved` is the share at a second.
 */
function takeoversOf(
  by: PlannedRegion,
  had: readonly PlannedRegion[],
  gets: readonly PlannedRegion[],
  moved: (second: number) => number,
): Takeover[] {
  const grown = by.models.map((model) => ({
    ...model,
    load: loadOf([...had, ...gets], model.model),
  }));
  return grown.map((model) => {
    const before = loadOf(had, model.model);
    const { replicas, bound } = mostReplicas(by, model, grown);
    const growth = scaleUp(
      { ...model.autoscaler, max: replicas },
      (second) => before + (model.load - before) * moved(second),
      by.headroom,
    );
    return {
      model: model.model,
      load: model.load,
      capacity: replicas * model.autoscaler.requestsPerReplica,
      bound,
      ...growth,
    };
  });
}

function loadOf(regions: readonly PlannedRegion[], name: string): number {
  return regions
    .flatMap(({ models }) => models)
    .reduce((sum, { model, load }) => sum + (model === name ? load : 0), 0);
}

/**
 * Replicas that a model can grow to, while the other models of the region take what they need, and
 * what stops it there.
 */
function mostReplicas(
  region: PlannedRegion,
  model: PlannedModel,
  all: readonly PlannedModel[],
): { readonly replicas: number; readonly bound: string } {
  const needed = (each: PlannedModel) =>
    Math.min(
      each.autoscaler.max,
      Math.max(each.autoscaler.min, Math.ceil(each.load / each.autoscaler.requestsPerReplica)),
    );
  const others = (of: (each: PlannedModel) => number) =>
    all.reduce((sum, each) => sum + (each.model === model.model ? 0 : needed(each) * of(each)), 0);
  const room = (limit: number, taken: number, one: number) =>
    one === 0 ? Infinity : Math.max(0, Math.floor((limit - taken) / one));
  const bounds = [
    { replicas: model.autoscaler.max, bound: `at most ${model.autoscaler.max} replicas` },
    {
      replicas: room(
        region.limits.cpu * (1 - platformShare),
        others(({ cpu }) => cpu),
        model.cpu,
      ),
      bound: `node pools of at most ${region.limits.cpu} cores, ${platformShare * 100}% of them for the platform`,
    },
    {
      replicas: room(
        region.limits.gpus,
        others(({ gpus }) => gpus),
        model.gpus,
      ),
      bound: `node pools of at most ${region.limits.gpus} GPUs`,
    },
  ];
  return bounds.reduce((least, each) => (each.replicas < least.replicas ? each : least));
}

/**
 * Lag of the slowest replication that AWS promises (S3 Replication Time Control); infinite where a
 * rule has no promise.
 */
function replicationLag(resources: readonly ResourceView[]): number | undefined {
  const rules = ofType(resources, "aws:s3/bucketReplicationConfig:BucketReplicationConfig").flatMap(
    ({ props }) => list(props, "rules"),
  );
  if (rules.length === 0) return undefined;
  const promised = rules.map((rule) =>
    text(rule, "status") === "Enabled" &&
    text(rule, "destination.replicationTime.status") === "Enabled"
      ? number(rule, "destination.replicationTime.time.minutes")
      : undefined,
  );
  return Math.max(...promised.map((minutes) => (minutes ?? Infinity) * 60));
}

/** Seconds of an objective; text that is no length of time allows none. */
export function secondsOrNone(objective: string): number {
  return duration.safeParse(objective).data ?? 0;
}
