import type { Contract } from "../../services/contract/contract";
import { series } from "./series";
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

/** Events among trials. */
export interface Share {
  readonly events: number;
  readonly trials: number;
}

/** A share with half an event more of each kind, so that none seen does not mean none possible. */
export function smoothedShare({ events, trials }: Share): number {
  return (events + 0.5) / (trials + 1);
}
