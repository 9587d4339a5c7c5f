import type { Contract } from "../../../services/contract/contract";
import { metrics } from "../../../services/contract/metrics";
import { exact } from "../promql";
import { series } from "../names";
import { record, select, type RecordingRule } from "../rule";
import { comparison, hashLabel } from "./comparison";
import { comparisonWindow } from "./requests";

/** Name of the gate that compares a version's scores with those of the others. */
export const scoreComparison = "score-champion";

/**
 * Largest squared Hellinger distance between the scores of two versions. For small distances the
 * stability index is eight times it (both are quadratic in the difference), so this is an index of
 * 0.25, what is called a major shift (Siddiqi 2006, Credit Risk Scorecards).
 */
export const scoreLimit = 1 / 32;

/** Excess over the limit that should be found soonest. */
const scoreSpread = 0.03;

/** Smallest variance, in units of 1/rows: two versions that score alike must not divide by zero. */
const floor = 1e-4;

/**
 * Evidence that a version's scores are further from those of the others at the same time than
 * {@link scoreLimit}. The overlap of two distributions, the sum of sqrt(p q) over bins, needs no
 * share to be above zero, and its variance follows from itself alone: (1 - overlap^2) (1/n + 1/m) /
 * 4 (delta method).
 */
export function scoreTrialRules(contract: Contract): RecordingRule[] {
  const rows = select(contract, series.trialScoreRows);
  const rest = select(contract, series.trialScoreOthers);
  const total = (counts: string) => `sum by (model, ${hashLabel}) (${counts})`;
  const enough = (counts: string) => `(${total(counts)} >= ${contract.drift.minimumSamples})`;
  const overlap = select(contract, series.trialOverlap);
  return [
    record(
      contract,
      series.trialScoreRows,
      `sum by (${hashLabel}, tenth) (increase(${select(contract, metrics.scoreTenths.name)}[${comparisonWindow}]))`,
    ),
    record(
      contract,
      series.trialScoreOthers,
      `sum by (model, tenth) (${rows}) - on (model, tenth) group_right () ${rows}`,
    ),
    record(
      contract,
      series.trialOverlap,
      `${total(`sqrt(${rows} * ${rest})`)} / sqrt(${enough(rows)} * ${enough(rest)})`,
    ),
    ...comparison(contract, {
      gate: scoreComparison,
      excess: `1 - ${overlap} - ${exact(scoreLimit)}`,
      variance: `clamp_min(1 - ${overlap} ^ 2, ${floor}) * (1 / ${total(rows)} + 1 / ${total(rest)}) / 4`,
      spread: scoreSpread,
      by: hashLabel,
    }),
  ];
}
