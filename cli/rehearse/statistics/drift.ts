import { chiSquareQuantile, chiSquareTail } from "./gamma";

/** Bins of one feature: shares when the model was made, and rows counted since. */
export interface BinnedFeature {
  readonly feature: string;
  readonly reference: readonly number[];
  readonly referenceRows: number;
  readonly counts: readonly number[];
}

/** What a window says about one feature. */
export interface FeatureDrift {
  readonly feature: string;
  readonly bins: number;
  readonly rows: number;
  /** Population stability index of the window against the reference. */
  readonly index: number;
  /** Index at which the feature counts as drifted in this window. */
  readonly threshold: number;
  /** Probability of such an index without drift. */
  readonly p: number;
  readonly drifted: boolean;
}

/** Population stability index of shares that are positive and sum to one. */
export function stabilityIndex(before: readonly number[], now: readonly number[]): number {
  return before.reduce(
    (sum, share, i) => sum + ((now[i] ?? 0) - share) * Math.log((now[i] ?? 0) / share),
    0,
  );
}

/** Shares with half a row added to each bin, as the reference has them (Jeffreys' prior). */
export function smoothedShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count + 0.5, 0);
  return counts.map((count) => (count + 0.5) / total);
}

/**
 * Index that a window without drift exceeds with probability `significance`: (1/n + 1/m) times the
 * quantile of a chi-square with bins - 1 degrees of freedom (Yurdakul 2018), n rows in the window
 * and m behind the reference.
 */
export function stabilityThreshold(
  bins: number,
  windowRows: number,
  referenceRows: number,
  significance: number,
): number {
  return (1 / windowRows + 1 / referenceRows) * chiSquareQuantile(significance, bins - 1);
}

/**
 * Largest p-value that counts as found when the share of false finds is held at `level` (Benjamini
 * and Hochberg 1995); undefined when none does. It may be 0: a tail so small has no other number.
 */
export function discoveryLevel(values: readonly number[], level: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.filter((p, i) => p <= (level * (i + 1)) / sorted.length).at(-1);
}

/**
 * Drift of each feature in one window, at the contract's significance over all features together.
 * The threshold that is shown is the one the feature was held against: the step-up level that all
 * found features share, or the strictest one when nothing was found. Undefined below `minimumRows`:
 * too few rows say nothing.
 */
export function driftOf(
  features: readonly BinnedFeature[],
  significance: number,
  minimumRows: number,
): FeatureDrift[] | undefined {
  const seen = features.map((feature) => ({
    ...feature,
    rows: feature.counts.reduce((sum, count) => sum + count, 0),
  }));
  if (seen.length === 0 || seen.some(({ rows }) => !(rows >= minimumRows))) return undefined;
  const judged = seen.map(({ feature, reference, referenceRows, counts, rows }) => {
    const index = stabilityIndex(reference, smoothedShares(counts));
    const scale = 1 / rows + 1 / referenceRows;
    return {
      feature,
      bins: counts.length,
      rows,
      index,
      referenceRows,
      p: chiSquareTail(index / scale, counts.length - 1),
    };
  });
  const found = discoveryLevel(
    judged.map(({ p }) => p),
    significance,
  );
  const drifted = judged.filter(({ p }) => found !== undefined && p <= found).length;
  const level = (significance * Math.max(1, drifted)) / judged.length;
  return judged.map(({ referenceRows, ...rest }) => ({
    ...rest,
    threshold: stabilityThreshold(rest.bins, rest.rows, referenceRows, level),
    drifted: found !== undefined && rest.p <= found,
  }));
}
