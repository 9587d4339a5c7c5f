import type { Arm } from "../../services/contract/arms";
import type { Contract } from "../../services/contract/contract";
import { metrics } from "../../services/contract/metrics";
import { series } from "./names";
import { promDuration, select } from "./rule";
import { normalQuantile } from "./statistics";
import { exact } from "./promql";

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
  return (
    Math.abs(larger.reduce((sum, sign) => sum + sign, 0)) /
    Math.sqrt(larger.filter((sign) => sign !== 0).length)
  );
}

/**
 * Evidence that the version on trial is better (above 0) or worse (below 0) than the champion;
 * empty while the split is not the one asked for.
 */
export function valueEvidence(contract: Pick<Contract, "name">, version: string): string {
  return `max(${select(contract, series.trialValueEvidence, { version })}) and on () ${sampleRatio(contract)} < ${exact(mismatch)}`;
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
