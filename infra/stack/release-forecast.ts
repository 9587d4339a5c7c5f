import type { Contract } from "../../services/contract/contract";
import type { StackConfig } from "./schema";
import {
  largestUndecidedShare,
  largestUnprovenShare,
  minutesToDecision,
  minutesToVerdict,
} from "../serving/forecast";

type ModelEntry = StackConfig["models"][number];

/**
 * Where the traffic of a model in a region is taken from: declared as usual, declared as the peak,
 * or what its least replicas are scaled for.
 */
type TrafficSource = "requestsPerSecond" | "peakRequestsPerSecond" | "replicas";

export interface Traffic {
  readonly requestsPerSecond: number;
  readonly trafficFrom: TrafficSource;
}

/** What a new version of a model needs in one region. */
export interface RegionForecast extends Traffic {
  /** Minutes until a version without a fault is proven and may get all requests. */
  readonly minutesToVerdict: number;
  /** Minutes until a version at ten times the error budget is refused, on average. */
  readonly minutesToRefusal: number;
  /** Whether the release pauses for a person, for want of requests. */
  readonly pauses: boolean;
  /** Minutes until an A/B test is decided, where the contract asks for one. */
  readonly minutesToDecision?: number | "a person decides";
}

/**
 * What the release of a new version comes to; regions take it one after the other, and drained ones
 * have no requests to tell by.
 */
export interface ReleaseForecast {
  /** Largest share of all requests, of all regions, that the version gets before it is proven. */
  readonly largestUnprovenShare: number;
  /** The same before its A/B test is decided, where the contract asks for one. */
  readonly largestUndecidedShare?: number;
  readonly regions: Readonly<Record<string, RegionForecast>>;
}

/**
 * Requests per second of a model in a region: the usual ones, else those at the peak, else what the
 * least replicas are scaled for.
 */
export function trafficOf(
  { requestsPerSecond, peakRequestsPerSecond, replicas }: ModelEntry,
  { serving }: Contract,
  region: string,
): Traffic {
  const [usual, peak] = [requestsPerSecond?.[region], peakRequestsPerSecond?.[region]];
  if (usual !== undefined) return { requestsPerSecond: usual, trafficFrom: "requestsPerSecond" };
  if (peak !== undefined) return { requestsPerSecond: peak, trafficFrom: "peakRequestsPerSecond" };
  return {
    requestsPerSecond: (replicas ?? serving.replicas).min * serving.requestsPerReplica,
    trafficFrom: "replicas",
  };
}

/** Shares of the regions in service in all requests of a model. */
export function regionShares(
  config: Pick<StackConfig, "regions">,
  entry: ModelEntry,
  contract: Contract,
): number[] {
  const traffic = inService(config).map(
    (region) => trafficOf(entry, contract, region).requestsPerSecond,
  );
  const all = traffic.reduce((sum, one) => sum + one, 0);
  return traffic.map((one) => one / all);
}

/** The forecast of a model's next release. */
export function releaseForecast(
  config: Pick<StackConfig, "environment" | "regions">,
  entry: ModelEntry,
  contract: Contract,
): ReleaseForecast {
  const shares = regionShares(config, entry, contract);
  const undecided = largestUndecidedShare(contract, config.environment, shares);
  return {
    largestUnprovenShare: rounded(largestUnprovenShare(contract, config.environment, shares)),
    ...(undecided !== undefined && { largestUndecidedShare: rounded(undecided) }),
    regions: Object.fromEntries(
      inService(config).map((region) => [
        region,
        regionForecast(config, trafficOf(entry, contract, region), contract),
      ]),
    ),
  };
}

function regionForecast(
  { environment, regions }: Pick<StackConfig, "environment" | "regions">,
  traffic: Traffic,
  contract: Contract,
): RegionForecast {
  const { proven, erringRefused, pauses } = minutesToVerdict(
    contract,
    traffic.requestsPerSecond,
    environment,
    regions.length,
  );
  const decided = minutesToDecision(contract, traffic.requestsPerSecond, environment)?.decided;
  return {
    ...traffic,
    minutesToVerdict: Math.ceil(proven),
    minutesToRefusal: Math.ceil(erringRefused),
    pauses,
    ...(decided !== undefined && {
      minutesToDecision: Number.isFinite(decided) ? Math.ceil(decided) : "a person decides",
    }),
  };
}

function inService({ regions }: Pick<StackConfig, "regions">): string[] {
  return regions.filter(({ drained }) => drained === undefined).map(({ name }) => name);
}

/** To a hundredth of a percent. */
function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
