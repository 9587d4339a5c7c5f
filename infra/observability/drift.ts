import type { Contract } from "../../services/contract/contract";
import { categoriesOf, isCategorical } from "../../services/contract/encoding";
import { metrics, scoreFeature } from "../../services/contract/metrics";
import { durationText } from "../../services/contract/units";
import type { AlertName } from "../gates/alerts";
import { series } from "../gates/series";
import {
  alert,
  counted,
  digits,
  record,
  select,
  windowInterval,
  type RecordingRule,
  type RuleGroup,
} from "../gates/rule";
import { chiSquareQuantile } from "../gates/statistics";
import { windowsOf } from "../gates/rule";

/** Bins that a numeric feature or the score may have; training makes ten. */
const mostNumericBins = 20;

/**
 * Least index that counts as drift, however many rows show it: with millions of rows a harmless
 * difference is certain too. It is that of two normal distributions 0.2 deviations apart (their
 * Jeffreys divergence is the squared distance), a small effect by Cohen 1988, Statistical Power
 * Analysis. The usual "minor shift" of 0.1 (Siddiqi 2006) would miss the change of applicants in
 * docs/observability-week.md.
 */
export const leastIndex = 0.04;

/**
 * Tail that one feature may use, so that all features and the score together stay within the
 * contract's significance (Bonferroni).
 */
export function comparisonSignificance({
  drift,
  features,
}: Pick<Contract, "drift" | "features">): number {
  return drift.significance / (features.length + 1);
}

/** Chi-square quantile that (1/n + 1/m) is multiplied with, for a feature of so many bins. */
function chiSquareLimit(contract: Pick<Contract, "drift" | "features">, bins: number): string {
  return digits(chiSquareQuantile(comparisonSignificance(contract), bins - 1));
}

/**
 * Chi-square quantile by number of bins: a constant of the contract, kept as one series with the
 * label `bins`.
 */
function chiSquareTable(contract: Contract): string {
  const most = Math.max(
    mostNumericBins,
    ...contract.features.map((feature) =>
      isCategorical(feature) ? categoriesOf(feature).length : 0,
    ),
  );
  const sizes = Array.from({ length: most - 1 }, (_, i) => i + 2);
  return sizes
    .map(
      (bins) =>
        `label_replace(vector(${chiSquareLimit(contract, bins)}), "bins", "${bins}", "", "")`,
    )
    .join(" or ");
}

/**
 * The reference of each version that is running; an empty bin counts as half a row, here and in the
 * window, so that no logarithm is infinite.
 */
function referenceRules(contract: Contract): RecordingRule[] {
  const features = `max by (version, feature, bin) (${select(contract, metrics.referenceFeatures.name)})`;
  const scores = `label_replace(max by (version, bin) (${select(contract, metrics.referenceScores.name)}), "feature", "${scoreFeature}", "", "")`;
  const [rows, bins] = [
    select(contract, series.referenceRows),
    select(contract, series.referenceBins),
  ];
  return [
    record(contract, series.chiSquare, chiSquareTable(contract)),
    record(
      contract,
      series.referenceBins,
      `count by (version, feature) (${features} or ${scores})`,
    ),
    record(
      contract,
      series.referenceRows,
      `max by (version, feature) (${select(contract, metrics.referenceRows.name)})`,
    ),
    record(
      contract,
      series.referenceShare,
      `((${features} or ${scores}) * on (version, feature) group_left () ${rows} + 0.5) / on (version, feature) group_left () (${rows} + ${bins} / 2)`,
    ),
  ];
}

function windowRules(contract: Contract): RecordingRule[] {
  const { drift } = windowsOf(contract);
  const [binRows, rows, bins] = [
    select(contract, series.binRows),
    select(contract, series.rows),
    select(contract, series.referenceBins),
  ];
  const [share, reference] = [
    select(contract, series.binShare),
    select(contract, series.referenceShare),
  ];
  const quantile = `count_values by (version, feature) ("bins", ${bins}) * on (bins) group_left () ${select(contract, series.chiSquare)}`;
  return [
    record(contract, series.binRows, counted(select(contract, series.bins), drift)),
    record(contract, series.rows, `sum by (version, feature) (${binRows})`),
    record(
      contract,
      series.binShare,
      `(${binRows} + 0.5) / on (version, feature) group_left () (${rows} + ${bins} / 2)`,
    ),
    record(
      contract,
      series.psi,
      `sum by (version, feature) ((${share} - ${reference}) * ln(${share} / ${reference})) and on (version, feature) (${rows} > 0)`,
    ),
    record(
      contract,
      series.psiThreshold,
      `clamp_min(sum by (version, feature) (${quantile}) * on (version, feature) (1 / (${rows} > 0) + 1 / ${select(contract, series.referenceRows)}), ${leastIndex})`,
    ),
  ];
}

/** Bins of one feature, or of the score. */
export interface BinnedFeature {
  readonly feature: string;
  /** Share of the rows in each bin when the model was made. */
  readonly reference: readonly number[];
  readonly referenceRows: number;
  /** Rows in each bin within the window. */
  readonly counts: readonly number[];
}

/** What a window says about one feature, or about the score. */
export interface FeatureDrift {
  readonly feature: string;
  readonly bins: number;
  readonly rows: number;
  /** Population stability index of the window against the reference; NaN without rows. */
  readonly index: number;
  /** Index from which the feature counts as drifted in this window. */
  readonly threshold: number;
  /** Whether the window has the contract's minimum of rows; otherwise it shows nothing. */
  readonly enough: boolean;
  readonly drifted: boolean;
}

/** {@link driftGroup} from counts: the same index, threshold and verdict as its rules and alerts. */
export function driftOf(
  contract: Pick<Contract, "drift" | "features">,
  features: readonly BinnedFeature[],
): FeatureDrift[] {
  return features.map(({ feature, reference, referenceRows, counts }) => {
    const [bins, rows] = [reference.length, counts.reduce((sum, count) => sum + count, 0)];
    const index = reference.reduce((sum, before, i) => {
      const share = ((counts[i] ?? 0) + 0.5) / (rows + bins / 2);
      const expected = (before * referenceRows + 0.5) / (referenceRows + bins / 2);
      return sum + (share - expected) * Math.log(share / expected);
    }, 0);
    const chance = Number(chiSquareLimit(contract, bins)) * (1 / rows + 1 / referenceRows);
    const threshold = Math.max(chance, leastIndex);
    const enough = rows >= contract.drift.minimumSamples;
    return {
      feature,
      bins,
      rows,
      index: rows > 0 ? index : NaN,
      threshold,
      enough,
      drifted: enough && index > threshold,
    };
  });
}

/**
 * Drift of each feature and of the score as population stability index against the reference of the
 * version that predicted, with the threshold that a window of just this many rows exceeds by chance
 * with the contract's significance (see `psiThreshold`), and {@link leastIndex} at least.
 */
export function driftGroup(contract: Contract): RuleGroup {
  const { name, drift } = contract;
  const drifted = (feature: string) => {
    const of = (recorded: typeof series.psi | typeof series.psiThreshold | typeof series.rows) =>
      select(contract, recorded, {}, feature);
    return `${of(series.psi)} > ${of(series.psiThreshold)} and ${of(series.rows)} >= ${drift.minimumSamples}`;
  };
  const when = (alertName: AlertName, matcher: string, summary: string) =>
    alert(contract, alertName, drifted(matcher), "15m", summary);
  return {
    name: `${name}-drift`,
    interval: windowInterval,
    rules: [
      ...referenceRules(contract),
      ...windowRules(contract),
      when(
        "CausewayFeatureDrift",
        `feature!="${scoreFeature}"`,
        `Feature {{ $labels.feature }} of ${name} {{ $labels.version }} has drifted: PSI {{ $value | printf "%.3f" }} over ${durationText(drift.window)}, more than chance and than ${leastIndex}`,
      ),
      when(
        "CausewayScoreDrift",
        `feature="${scoreFeature}"`,
        `The score of ${name} {{ $labels.version }} has drifted: PSI {{ $value | printf "%.3f" }} over ${durationText(drift.window)}, more than chance and than ${leastIndex}`,
      ),
    ],
  };
}
