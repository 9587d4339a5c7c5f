import type { Arm } from "../../services/contract/arms";
import type { Contract } from "../../services/contract/contract";
import { metrics, type MetricFamily } from "../../services/contract/metrics";
import { sum } from "./counts";
import { series, type SeriesName } from "./series";
import { counted, promDuration, record, select, windowsOf, type RecordingRule } from "./rule";
import { exact, mixtureEvidence, mixtureQuery } from "./sequential";
import { normalQuantile } from "./statistics";
import { conditions } from "./verdict";

/** Looks over which the sample-ratio check keeps its rate: more than two months at one a minute. */
const ratioLooks = 100_000;
/** Probability that a split as asked for is ever called a mismatch. */
const falseMismatch = 0.01;
/** Seconds of requests whose split is checked. */
const ratioSeconds = 86_400;

/**
 * Majority of the buckets, in standard deviations, that a fair split reaches with a probability of
 * at most `alpha`, whoever sends how many requests: a sum of independent signs (Hoeffding 1963,
 * theorem 2).
 */
export function majorityBound(alpha: number): number {
  return Math.sqrt(2 * Math.log(2 / alpha));
}

/**
 * Majority of the buckets at which the split cannot be trusted: the rate is spent over the looks in
 * equal parts.
 */
export const mismatch = majorityBound(falseMismatch / ratioLooks);

/**
 * How far the two halves of the subjects are from having as many requests: of the buckets of
 * subjects, how many more have their larger half in one arm than in the other, in standard
 * deviations. Subjects are what is assigned at random, so subjects are what may be tested (Fabijan
 * et al. 2019, Diagnosing sample ratio mismatch); requests of one subject come together and are no
 * independent draws. In a fair split either half of a bucket is the larger one with the same
 * probability, however unlike its subjects are. Each half is counted by every version, so a version
 * that loses or turns away requests shows as a deficit of its half.
 */
export function sampleRatio(contract: Pick<Contract, "name">): string {
  const half = (arm: Arm) =>
    `sum by (bucket) (increase(${select(contract, metrics.subjects.name, { arm })}[${promDuration(ratioSeconds)}]))`;
  const larger = `sgn(${half("challenger")} - ${half("champion")})`;
  return `abs(sum(${larger})) / sqrt(sum(abs(${larger})) > 0)`;
}

/** {@link sampleRatio} of the counts of each bucket. */
export function sampleRatioOf(challenger: readonly number[], champion: readonly number[]): number {
  const larger = challenger.map((count, i) => Math.sign(count - (champion[i] ?? 0)));
  return Math.abs(sum(larger)) / Math.sqrt(larger.filter((sign) => sign !== 0).length);
}

/**
 * Difference in business value that an A/B test should find soonest, in standard deviations of the
 * champion's value.
 */
export const valueSpread = 0.1;

/** Rates that the test sums over its window, by version. */
export function valueRateRules(contract: Contract): RecordingRule[] {
  const rate = (name: MetricFamily["name"], more = {}) =>
    `sum by (version) (rate(${select(contract, name, more)}[5m]))`;
  return [
    record(contract, series.trialValueCount, rate(metrics.valueCount.name)),
    record(
      contract,
      series.trialValueNet,
      `${rate(metrics.valueSum.name, { sign: "gain" })} - ${rate(metrics.valueSum.name, { sign: "loss" })}`,
    ),
    record(contract, series.trialValueSquares, rate(metrics.valueSquares.name)),
  ];
}

/**
 * The A/B test: business value of an outcome under each version against the others, in standard
 * deviations, and the evidence that they differ. The evidence has the sign of the difference, so
 * that one series tells better from worse; it is 0 while chance explains all.
 */
export function valueTrialRules(contract: Contract): RecordingRule[] {
  const { labels } = windowsOf(contract);
  const total = (of: SeriesName) => counted(select(contract, of), labels);
  const own = (of: SeriesName) => `(${total(of)})`;
  const rest = (of: SeriesName) =>
    `(sum by (model) (${total(of)}) - on (model) group_right () ${total(of)})`;
  const enough = (count: string) => `(${count} >= ${contract.drift.minimumSamples})`;
  const [count, others] = [
    enough(own(series.trialValueCount)),
    enough(rest(series.trialValueCount)),
  ];
  const mean = (of: typeof own, trials: string) => `${of(series.trialValueNet)} / ${trials}`;
  const deviation = `sqrt(${rest(series.trialValueSquares)} / ${others} - (${mean(rest, others)}) ^ 2 > 0)`;
  const [difference, variance] = [
    select(contract, series.trialValue),
    select(contract, series.trialValueVariance),
  ];
  return [
    record(
      contract,
      series.trialValue,
      `(${mean(own, count)} - ${mean(rest, others)}) / ${deviation}`,
    ),
    record(contract, series.trialValueVariance, `1 / ${count} + 1 / ${others}`),
    record(
      contract,
      series.trialValueEvidence,
      `sgn(${difference}) * clamp_min(${mixtureQuery(`abs(${difference})`, variance, valueSpread)}, 0)`,
    ),
  ];
}

/**
 * Evidence that the version on trial is better (above 0) or worse (below 0) than the champion;
 * empty while the split is not the one asked for.
 */
export function valueEvidence(contract: Pick<Contract, "name">, version: string): string {
  return `max(${select(contract, series.trialValueEvidence, { version })}) and on () ${sampleRatio(contract)} < ${exact(mismatch)}`;
}

/** Outcomes that came with a business value: how many, their sum, and the sum of their squares. */
export interface ValueCounts {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

/** What is known at one look at an A/B test. */
export interface ExperimentCounts {
  readonly trial: ValueCounts;
  readonly champion: ValueCounts;
  /** Requests of either half by bucket of subjects, within a day. */
  readonly subjects: Readonly<Record<Arm, readonly number[]>>;
}

/** {@link valueEvidence} from counts; undefined while it is empty. */
export function valueEvidenceOf(
  { drift }: Pick<Contract, "drift">,
  { trial, champion, subjects }: ExperimentCounts,
): number | undefined {
  const enough = trial.count >= drift.minimumSamples && champion.count >= drift.minimumSamples;
  const mean = champion.sum / champion.count;
  const deviation = Math.sqrt(champion.squares / champion.count - mean ** 2);
  const split = sampleRatioOf(subjects.challenger, subjects.champion);
  if (!enough || !(deviation > 0) || !(split < mismatch)) return undefined;
  const difference = (trial.sum / trial.count - mean) / deviation;
  const variance = 1 / trial.count + 1 / champion.count;
  const evidence = mixtureEvidence(Math.abs(difference), variance, valueSpread);
  return Math.sign(difference) * Math.max(evidence, 0);
}

/**
 * The questions of an A/B test beside the gates of every release: whether the split is the one
 * asked for, which is never the version's fault, and whether the version is better or worse.
 */
export function experimentQuestions(contract: Contract, version: string) {
  const evidence = decisive(contract);
  return {
    split: {
      name: "sample-ratio",
      query: sampleRatio(contract),
      success: conditions.notRefused(mismatch),
      failure: conditions.notANumber,
      evidence: ({ subjects }: ExperimentCounts) => {
        const ratio = sampleRatioOf(subjects.challenger, subjects.champion);
        return Number.isNaN(ratio) ? undefined : ratio;
      },
    },
    decision: {
      name: "business-value",
      query: valueEvidence(contract, version),
      success: conditions.atLeast(evidence),
      failure: conditions.below(-evidence),
      evidence: (counts: ExperimentCounts) => valueEvidenceOf(contract, counts),
    },
  };
}

/** Evidence at which an A/B test is decided, in either direction: the contract's significance. */
export function decisive({ gates }: Pick<Contract, "gates">): number {
  return Math.log(1 / gates.improvement.significance);
}

/** Probability with which a test is said to find a difference. */
export const power = 0.8;

/**
 * Outcomes of each arm after which a difference of `effect` standard deviations is found with
 * probability `power`, however often one looks (the mixture test at its end), and with a fixed
 * horizon of the same error and power. `spread` is the mixture's.
 */
export function outcomesNeeded({
  effect,
  significance,
  power,
  spread,
}: {
  readonly effect: number;
  readonly significance: number;
  readonly power: number;
  readonly spread: number;
}) {
  const late = normalQuantile(1 - power);
  const fixed = Math.ceil((2 * (normalQuantile(significance / 2) + late) ** 2) / effect ** 2);
  const found = (outcomes: number) => {
    const variance = 2 / outcomes;
    const wider = variance + spread ** 2;
    const boundary = Math.sqrt(
      ((2 * wider) / spread ** 2) * (Math.log(1 / significance) + 0.5 * Math.log(wider / variance)),
    );
    return effect / Math.sqrt(variance) - boundary >= late;
  };
  let [low, high] = [1, fixed];
  while (!found(high)) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (found(middle)) high = middle;
    else low = middle;
  }
  return { fixed, sequential: high };
}
