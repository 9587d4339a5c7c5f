import type { Contract } from "../../../services/contract/contract";
import { exact, mixture } from "../promql";
import { series, type SeriesName } from "../names";
import { record, select, type RecordingRule } from "../rule";

/** Label that tells the pods of one version from those of another, as Prometheus writes it. */
export const hashLabel = "rollouts_pod_template_hash";

/** A version against a limit, or against the others. */
export interface Comparison {
  /** Name of the gate, the label `gate` of its series. */
  readonly gate: string;
  /**
   * How much worse the version is than its limit allows, by version; negative where it is better.
   */
  readonly excess: string;
  /** Variance of the estimate behind it. */
  readonly variance: string;
  /** Excess that should be found soonest, chosen before the data. */
  readonly spread: number;
  /** Tests that the worst is picked from. @default 1 */
  readonly picked?: number;
  /** Label that tells versions apart. */
  readonly by: typeof hashLabel | "version";
}

/** Rules of a comparison: excess, variance, and the evidence against the version. */
export function comparison(
  contract: Contract,
  { gate, excess, variance, spread, picked = 1, by }: Comparison,
): RecordingRule[] {
  const own = { gate };
  const [difference, deviation] = [
    select(contract, series.trialDifference, own),
    select(contract, series.trialVariance, own),
  ];
  return [
    record(contract, series.trialDifference, excess, own),
    record(contract, series.trialVariance, variance, own),
    // The mean of likelihood ratios is one too, and at least the largest divided by their number.
    record(
      contract,
      series.trialEvidence,
      `max by (${by}) (${mixture(difference, deviation, spread)})${picked === 1 ? "" : ` - ${exact(Math.log(picked))}`}`,
      own,
    ),
  ];
}

/**
 * Shares of a version and of all others together: the champion, while only one version is on trial.
 */
export interface ShareComparison extends Pick<Comparison, "gate" | "spread" | "by"> {
  /** Events by version, the worse the more; may lack versions without any. */
  readonly events: string;
  readonly trials: string;
  /** Trials of either side below which nothing is compared. */
  readonly minimum: number;
}

/** Rules that compare the shares of two versions: evidence that this one's is larger. */
export function shareComparison(
  contract: Contract,
  { gate, events, trials, minimum, spread, by }: ShareComparison,
): RecordingRule[] {
  const own = [
    select(contract, series.trialEvents, { gate }),
    select(contract, series.trialTrials, { gate }),
  ] as const;
  const rest = [
    others(contract, series.trialEvents, gate),
    `(${others(contract, series.trialTrials, gate)} >= ${minimum})`,
  ] as const;
  return [
    record(contract, series.trialTrials, `${trials} >= ${minimum}`, { gate }),
    record(
      contract,
      series.trialEvents,
      `((${events}) or ${trials} * 0) and ${trials} >= ${minimum}`,
      { gate },
    ),
    ...comparison(contract, {
      gate,
      excess: `${smoothed(...own)} - ${smoothed(...rest)}`,
      variance: `${varianceOf(...own)} + ${varianceOf(...rest)}`,
      spread,
      by,
    }),
  ];
}

/** The same count of all other versions together. */
function others(contract: Contract, of: SeriesName, gate: string): string {
  const counts = select(contract, of, { gate });
  return `(sum by (model) (${counts}) - on (model) group_right () ${counts})`;
}

/** A share with half an event more of each kind, so that none seen does not mean none possible. */
function smoothed(events: string, trials: string): string {
  return `(${events} + 0.5) / (${trials} + 1)`;
}

function varianceOf(events: string, trials: string): string {
  const share = `(${smoothed(events, trials)})`;
  return `${share} * (1 - ${share}) / ${trials}`;
}
