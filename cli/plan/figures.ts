import { regionLoss, type RegionLossFigures } from "../../policies/region-loss/loss";
import type { ResourceView } from "../../policies/rule";
import type { StackConfig } from "../../infra/stack/schema";
import { recoveryBudget, type RecoveryBudget } from "../../services/contract/recovery";
import { valueSpread } from "../../infra/gates/experiment";
import { outcomeWindow } from "../../services/contract/arms";
import {
  largestUndecidedShare,
  largestUnprovenShare,
  minutesToDecision,
  minutesToVerdict,
} from "../../infra/serving/forecast";
import { regionShares, trafficOf } from "../../infra/stack/release-forecast";
import { loadContract } from "../../services/contract/load";
import { loadRelease } from "../../services/evidence/load";
import type { Contract } from "../../services/contract/contract";
import type { Release } from "../../services/evidence/release";
import { durationText } from "../../services/contract/units";

/**
 * The recovery-time budget of a stack, what the loss of each region comes to, and the objectives.
 */
export interface RecoveryFigures extends RecoveryBudget {
  readonly objectiveSeconds: number;
  /** Absent where no recovery point is declared. */
  readonly pointObjectiveSeconds: number | undefined;
  /** Whether there is another region to fail over to. */
  readonly failsOver: boolean;
  readonly loss: RegionLossFigures;
}

/**
 * The recovery-time budget and the simulated loss of each region; absent where there is one region
 * of a cluster that is not ours, and without a domain, where no record fails over.
 */
export function recoveryFigures(
  config: StackConfig,
  resources: readonly ResourceView[],
): RecoveryFigures | undefined {
  if (config.target !== "aws" || config.domain === undefined) return undefined;
  const { recovery, regions } = config;
  const inService = regions.filter(({ drained }) => drained === undefined);
  return {
    ...recoveryBudget(recovery),
    objectiveSeconds: recovery.rto,
    pointObjectiveSeconds: recovery.rpo,
    failsOver: inService.length > 1,
    loss: regionLoss(resources),
  };
}

/** A release that the stack serves, with the contract that it was held against. */
export interface PlannedRelease {
  readonly contract: Contract;
  readonly release: Release;
  readonly trial: TrialFigures;
}

/** What a new version of a model would have to go through in each region. */
export interface TrialFigures {
  /**
   * Minutes until a version without a fault is proven, by the model's requests per second in the
   * region.
   */
  readonly minutesToVerdict: readonly {
    readonly requestsPerSecond: number;
    readonly minutes: number;
    readonly pauses: boolean;
  }[];
  /**
   * Largest share of all requests that the version gets before it is proven, by the regions'
   * requests.
   */
  readonly largestUnprovenShare: number;
  /** What the A/B test of a version takes, where the contract asks for one. */
  readonly experiment?: ExperimentFigures;
}

export interface ExperimentFigures {
  /**
   * Minutes until the test is decided by the model's requests per second in the region; null where
   * a person has to decide.
   */
  readonly minutesToDecision: readonly {
    readonly requestsPerSecond: number;
    readonly minutes: number | null;
  }[];
  /** Difference in value that is found then with the declared power, in standard deviations. */
  readonly difference: number;
  /** Largest share of all requests that the version gets before. */
  readonly largestUndecidedShare: number;
  /** Age from which a value is taken as known. */
  readonly outcomeWindow: string;
  /** Why a person decides at the first of the rates at which one does. */
  readonly undecided: string | undefined;
}

/**
 * Requests per second at which verdicts are foretold beside the model's own: what less of them
 * would come to.
 */
const less = [10, 1] as const;

function trialFigures(contract: Contract, config: StackConfig, entry: ModelEntry): TrialFigures {
  const { environment, regions } = config;
  const shares = regionShares(config, entry, contract);
  const own = regions
    .filter(({ drained }) => drained === undefined)
    .map(({ name }) => trafficOf(entry, contract, name).requestsPerSecond);
  const foretold = [...new Set([...own, ...less.filter((rate) => rate < Math.min(...own))])].sort(
    (a, b) => b - a,
  );
  const experiment = experimentFigures(contract, config, foretold, shares);
  return {
    minutesToVerdict: foretold.map((requestsPerSecond) => {
      const { proven, pauses } = minutesToVerdict(contract, requestsPerSecond, environment);
      return { requestsPerSecond, minutes: Math.ceil(proven), pauses };
    }),
    largestUnprovenShare: largestUnprovenShare(contract, environment, shares),
    ...(experiment && { experiment }),
  };
}

function experimentFigures(
  contract: Contract,
  { environment }: StackConfig,
  foretold: readonly number[],
  shares: readonly number[],
): ExperimentFigures | undefined {
  const share = largestUndecidedShare(contract, environment, shares);
  const forecasts = foretold.flatMap((requestsPerSecond) => {
    const forecast = minutesToDecision(contract, requestsPerSecond, environment);
    return forecast === undefined ? [] : [{ requestsPerSecond, forecast }];
  });
  if (share === undefined) return undefined;
  return {
    minutesToDecision: forecasts.map(({ requestsPerSecond, forecast: { decided } }) => ({
      requestsPerSecond,
      minutes: Number.isFinite(decided) ? Math.ceil(decided) : null,
    })),
    difference: valueSpread,
    largestUndecidedShare: share,
    outcomeWindow: durationText(outcomeWindow(contract)),
    undecided: forecasts.find(({ forecast }) => forecast.undecided !== undefined)?.forecast
      .undecided,
  };
}

type ModelEntry = StackConfig["models"][number];

/** The releases of the stack's models. */
export function plannedReleases(config: StackConfig, modelsFolder: string): PlannedRelease[] {
  return config.models.map((entry) => {
    const contract = loadContract(modelsFolder, entry.name);
    return {
      contract,
      release: loadRelease(modelsFolder, entry.name),
      trial: trialFigures(contract, config, entry),
    };
  });
}
