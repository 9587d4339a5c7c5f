import type { Contract } from "../../services/contract/contract";
import { series, type SeriesName } from "./series";
import { record, select, type RecordingRule } from "./rule";
import { exact, mixtureEvidence, mixtureQuery } from "./sequential";

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

/** Evidence of a comparison from the excess and variance of each pair that the worst is picked from. */
export function comparisonEvidence(
  pairs: readonly { readonly excess: number; readonly variance: number }[],
  { spread, picked = 1 }: Pick<Comparison, "spread" | "picked">,
): number | undefined {
  const found = pairs
    .map(({ excess, variance }) => mixtureEvidence(excess, variance, spread))
    .filter((evidence) => !Number.isNaN(evidence));
  if (found.length === 0) return pairs.length === 0 ? undefined : NaN;
  return Math.max(...found) - Math.log(picked);
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
      `max by (${by}) (${mixtureQuery(difference, deviation, spread)})${picked === 1 ? "" : ` - ${exact(Math.log(picked))}`}`,
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

/** Events among trials. */
export interface Share {
  readonly events: number;
  readonly trials: number;
}

/** {@link shareComparison} from counts of the version and of all others. */
export function shareEvidence(
  own: Share,
  others: Share,
  { minimum, spread }: Pick<ShareComparison, "minimum" | "spread">,
): number | undefined {
  if (!(own.trials >= minimum && others.trials >= minimum)) return undefined;
  const excess = smoothedShare(own) - smoothedShare(others);
  const variance = shareVariance(own) + shareVariance(others);
  return comparisonEvidence([{ excess, variance }], { spread });
}

/** A share with half an event more of each kind, so that none seen does not mean none possible. */
export function smoothedShare({ events, trials }: Share): number {
  return (events + 0.5) / (trials + 1);
}

function shareVariance(counts: Share): number {
  const share = smoothedShare(counts);
  return (share * (1 - share)) / counts.trials;
}

/** The same count of all other versions together. */
function others(contract: Contract, of: SeriesName, gate: string): string {
  const counts = select(contract, of, { gate });
  return `(sum by (model) (${counts}) - on (model) group_right () ${counts})`;
}

/** {@link smoothedShare} in PromQL. */
function smoothed(events: string, trials: string): string {
  return `(${events} + 0.5) / (${trials} + 1)`;
}

function varianceOf(events: string, trials: string): string {
  const share = `(${smoothed(events, trials)})`;
  return `${share} * (1 - ${share}) / ${trials}`;
}
