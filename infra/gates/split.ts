import type { Arm } from "../../services/contract/arms";
import type { Contract } from "../../services/contract/contract";
import { metrics } from "../../services/contract/metrics";
import { sum } from "./counts";
import { promDuration, select } from "./rule";

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
