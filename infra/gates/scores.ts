import type { Contract } from "../../services/contract/contract";
import { metrics, scoreFeature } from "../../services/contract/metrics";
import { blockSeconds, grownInBlock, smallest } from "./blocks";
import { comparison, comparisonEvidence, hashLabel } from "./comparison";
import { sum, type BinnedScores, type ScoreBlock, type TrialCounts } from "./counts";
import { record, promDuration, select, type RecordingRule } from "./rule";
import { series } from "./series";
import { exact } from "./sequential";
import type { Evidence, Gate } from "./verdict";

/** Seconds of blocks over which versions are compared. */
export const comparisonSeconds = 1_800;
const comparisonWindow = promDuration(comparisonSeconds);

/** Name of the gate that compares a version's scores with those of the others. */
export const scoreComparison = "score-champion";
/** Name of its second evidence, by the scores of the held-out rows of the version's training. */
const scoreReference = "score-reference";

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

/** The two sides of a comparison, as the label `of`. */
const sides = { trial: "trial", others: "others" } as const;

/**
 * Rules of a distance: the overlap of two distributions, the sum of sqrt(p q) over bins, needs no
 * share to be above zero, and its variance follows from itself alone: (1 - overlap^2) (1/n + 1/m) /
 * 4 (delta method). `reciprocals` is 1/n + 1/m.
 */
function distanceRules(
  contract: Contract,
  gate: typeof scoreComparison | typeof scoreReference,
  { overlap, reciprocals }: { readonly overlap: string; readonly reciprocals: string },
): RecordingRule[] {
  const found = select(contract, series.trialOverlap, { gate });
  return [
    record(contract, series.trialOverlap, overlap, { gate }),
    ...comparison(contract, {
      gate,
      excess: `1 - ${found} - ${exact(scoreLimit)}`,
      variance: `clamp_min(1 - ${found} ^ 2, ${floor}) * on (${hashLabel}) (${reciprocals}) / 4`,
      spread: scoreSpread,
      by: hashLabel,
    }),
  ];
}

/** Evidence of a distance, from the overlap and 1/n + 1/m. */
function distanceEvidence(overlap: number, reciprocals: number): number {
  const variance = (Math.max(1 - overlap ** 2, floor) * reciprocals) / 4;
  const pair = { excess: 1 - overlap - scoreLimit, variance };
  return comparisonEvidence([pair], { spread: scoreSpread }) ?? NaN;
}

/**
 * Scores against those of the others in the same blocks of time. A request is the unit, since
 * requests are what goes to the one version or the other at random: a batch counts as one. Each
 * block weighs n m / (n + m), if the version had n requests and the others m, on both sides. So an
 * hour in which other applicants come, or a job, is on both sides too.
 */
function concurrentRules(contract: Contract): RecordingRule[] {
  const rows = select(contract, series.trialScoreRows);
  const all = `sum by (model) (${rows})`;
  const own = `sum by (model, ${hashLabel}) (${rows})`;
  const part = `(${own} / on (model) group_left () clamp_min(${all}, 1))`;
  const others = `(sum by (model, tenth) (${rows}) - on (model, tenth) group_right () ${rows})`;
  const weigh = `* on (model, ${hashLabel}) group_left ()`;
  const blocks = (of: string) =>
    `sum_over_time(${select(contract, series.trialScores, { of })}[${comparisonWindow}:${blockSeconds}s])`;
  const [trial, rest] = [
    select(contract, series.trialScoresTotal, { of: sides.trial }),
    select(contract, series.trialScoresTotal, { of: sides.others }),
  ];
  const weight = `sum by (${hashLabel}) (${trial})`;
  return [
    record(
      contract,
      series.trialScoreRows,
      grownInBlock(select(contract, metrics.scoreTenths.name), `${hashLabel}, tenth`),
    ),
    record(contract, series.trialScores, `${rows} ${weigh} (1 - ${part})`, { of: sides.trial }),
    record(contract, series.trialScores, `${others} ${weigh} ${part}`, { of: sides.others }),
    ...Object.values(sides).map((of) =>
      record(contract, series.trialScoresTotal, blocks(of), { of }),
    ),
    ...distanceRules(contract, scoreComparison, {
      overlap: `sum by (${hashLabel}) (sqrt(${trial} * ignoring (of) ${rest})) / (${weight} >= ${contract.drift.minimumSamples})`,
      reciprocals: `1 / ${weight}`,
    }),
  ];
}

/**
 * Scores against those of the rows that the version's training held out. A version that scores as
 * it did when its training was judged is not refused, though the champion scores otherwise: a
 * retraining after drift has to.
 */
function referenceRules(contract: Contract): RecordingRule[] {
  const scored = `sum by (${hashLabel}, bin) (increase(${select(contract, metrics.scores.name)}[${comparisonWindow}]))`;
  const held = `max by (${hashLabel}, bin) (${select(contract, metrics.referenceScores.name)})`;
  const heldRows = `max by (${hashLabel}) (${select(contract, metrics.referenceRows.name, { feature: scoreFeature })})`;
  const rows = `sum by (${hashLabel}) (${scored})`;
  return distanceRules(contract, scoreReference, {
    overlap: `sum by (${hashLabel}) (sqrt(${scored} * ${held})) / sqrt(${rows} >= ${contract.drift.minimumSamples})`,
    reciprocals: `1 / ${rows} + 1 / ${heldRows}`,
  });
}

/**
 * Evidence that a version's scores are further than {@link scoreLimit} from those of the others, and
 * from those of its training.
 */
export function scoreTrialRules(contract: Contract): RecordingRule[] {
  return [...concurrentRules(contract), ...referenceRules(contract)];
}

/** Scores of a block in which both versions had requests, weighed alike. */
interface WeighedScores {
  readonly trial: readonly number[];
  readonly others: readonly number[];
}

/** The share of each tenth of the scores that a block adds on either side. */
export function weighed({ trial, champion }: ScoreBlock): WeighedScores {
  const [own, rest] = [sum(trial), sum(champion)];
  const part = own / Math.max(own + rest, 1);
  return {
    trial: trial.map((count) => count * (1 - part)),
    others: champion.map((count) => count * part),
  };
}

/** Evidence against the champion's scores from sums of {@link weighed} blocks. */
export function concurrentEvidence(
  minimumSamples: number,
  { trial, others }: WeighedScores,
): { readonly distance: number; readonly against: number | undefined } {
  const weight = sum(trial);
  const overlap = sum(trial.map((count, i) => Math.sqrt(count * (others[i] ?? 0)))) / weight;
  const against = weight >= minimumSamples ? distanceEvidence(overlap, 1 / weight) : undefined;
  return { distance: 1 - overlap, against };
}

/** Evidence against the scores of the version's training; undefined where too few are known. */
export function referenceEvidence(
  minimumSamples: number,
  { counts, reference, referenceRows }: BinnedScores,
): number | undefined {
  const rows = sum(counts);
  if (!(rows >= minimumSamples)) return undefined;
  const shared = counts.map((count, i) => Math.sqrt(count * (reference[i] ?? 0)));
  return distanceEvidence(sum(shared) / Math.sqrt(rows), 1 / rows + 1 / referenceRows);
}

/** {@link scoreTrialRules} from counts. */
function scoreEvidence({ drift }: Contract, { trial, scores }: TrialCounts): Evidence {
  const blocks = scores.slice(-comparisonSeconds / blockSeconds).map(weighed);
  const total = (of: keyof WeighedScores) =>
    (blocks[0]?.[of] ?? []).map((_, tenth) => sum(blocks.map((block) => block[of][tenth] ?? 0)));
  const { distance, against } = concurrentEvidence(drift.minimumSamples, {
    trial: total("trial"),
    others: total("others"),
  });
  // Nothing to compare with, such as a champion without a request this hour, is no evidence: what
  // the version itself does is judged by the other gates.
  if (against === undefined) return { value: distance, against: 0 };
  const own = trial.scoreBins && referenceEvidence(drift.minimumSamples, trial.scoreBins);
  return { value: distance, against: own === undefined ? against : smallest(against, own) };
}

/** The version's scores against the champion's, and against those of its own training. */
export function scoreGate(contract: Contract): Gate {
  return {
    name: scoreComparison,
    compares: "squared Hellinger distance of its scores from the champion's at the same time",
    bound: { max: scoreLimit },
    query: ({ hash }) => {
      const of = (gate: string) =>
        select(contract, series.trialEvidence, { gate, [hashLabel]: hash });
      const champion = of(scoreComparison);
      return `(min(${champion} or ${of(scoreReference)}) and on () ${champion}) or vector(0)`;
    },
    evidence: (counts) => scoreEvidence(contract, counts),
  };
}
