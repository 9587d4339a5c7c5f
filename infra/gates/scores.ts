import type { Contract } from "../../services/contract/contract";
import { metrics } from "../../services/contract/metrics";
import { comparison, comparisonEvidence, hashLabel } from "./comparison";
import { sum, type TrialCounts } from "./counts";
import { series } from "./series";
import { record, select, type RecordingRule } from "./rule";
import { exact } from "./sequential";
import type { Evidence, Gate } from "./verdict";

/**
 * Window over which versions are compared: longer than a trial, so that it holds all of the trial's
 * own traffic.
 */
const comparisonWindow = "1h";

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

/** {@link scoreTrialRules} from counts. */
function scoreEvidence(
  { drift }: Pick<Contract, "drift">,
  { trial, champion }: TrialCounts,
): Evidence {
  const [rows, rest] = [sum(trial.scoreTenths), sum(champion.scoreTenths)];
  const shared = trial.scoreTenths.map((count, i) =>
    Math.sqrt(count * (champion.scoreTenths[i] ?? 0)),
  );
  const overlap = sum(shared) / Math.sqrt(rows * rest);
  const distance = 1 - overlap;
  // Nothing to compare with, such as a champion without a request this hour, is no evidence: what
  // the version itself does is judged by the other gates.
  if (!(rows >= drift.minimumSamples && rest >= drift.minimumSamples))
    return { value: distance, against: 0 };
  const variance = (Math.max(1 - overlap ** 2, floor) * (1 / rows + 1 / rest)) / 4;
  const pair = { excess: distance - scoreLimit, variance };
  return { value: distance, against: comparisonEvidence([pair], { spread: scoreSpread }) };
}

/** The version's scores against the champion's. */
export function scoreGate(contract: Contract): Gate {
  return {
    name: scoreComparison,
    compares: "squared Hellinger distance of its scores from the champion's",
    bound: { max: scoreLimit },
    query: ({ hash }) =>
      `max(${select(contract, series.trialEvidence, { gate: scoreComparison, [hashLabel]: hash })}) or vector(0)`,
    evidence: (counts) => scoreEvidence(contract, counts),
  };
}
