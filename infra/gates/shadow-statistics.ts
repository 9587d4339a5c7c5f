import { rowBuckets } from "../../services/contract/metrics";
import { sum } from "./counts";
import { scrapeSeconds } from "./pace";
import { falseRollback, type Shares } from "./sequential";
import { chiSquareQuantile, chiSquareTail, normalQuantile } from "./statistics";

/** Rows of a bucket, and the sum of what is compared over them. */
export interface Bucket {
  readonly rows: number;
  readonly total: number;
}

/**
 * Most that a bucket counts, in what a bucket counts on average if the version is just acceptable:
 * three standard deviations. A row that comes again and again is in one bucket and counts no more,
 * however often it comes; of independent rows one bucket in 370 is beyond it.
 */
export const largestBucket = 9;
const degrees = rowBuckets - 1;

/** Probability that a version that is just unacceptable is ever proven, over all looks. */
const falsePromotion = 0.01;

/**
 * An estimate that proves, and a robust one that refuses: `times` of the acceptable one, and `edge`
 * times the variance between rows.
 */
export interface ShadowScale {
  readonly acceptable: number;
  readonly proof: number;
  readonly times: number;
  readonly edge: number;
}

/** Over how many looks and regions the rate of false rollbacks is spent, in equal parts. */
export interface ShadowLooks {
  readonly looks: number;
  readonly regions: number;
  readonly windowSeconds: number;
}

export function shadowScale(
  { acceptable, unacceptable }: Shares,
  { looks, regions, windowSeconds }: ShadowLooks,
): ShadowScale {
  // Two gates share the rate.
  const rate = falseRollback / 2 / looks / regions;
  // The variance between rows is an estimate too: quantile of F by Fisher's z (1924), which is
  // nearly normal.
  const ratio = Math.exp((2 * normalQuantile(rate)) / Math.sqrt(degrees));
  return {
    acceptable,
    proof: (unacceptable * chiSquareQuantile(1 - falsePromotion / looks, degrees)) / degrees,
    times: cappedQuantile(rate) / degrees,
    edge: ((2 * scrapeSeconds) / windowSeconds) * ratio,
  };
}

/** Parts that {@link largestBucket} is divided into where distributions are added up. */
const parts = 128;

/**
 * Value that the sum of a chi-square variable of each bucket, each at most {@link largestBucket},
 * exceeds with probability `rate`: the distribution of the sum by doubling, to a part of a bucket.
 */
export function cappedQuantile(rate: number): number {
  const width = largestBucket / parts;
  const tail = (part: number) => chiSquareTail(Math.max(0, part - 0.5) * width, 1);
  let shares = Array.from({ length: parts + 1 }, (_, part) =>
    part === parts ? tail(part) : tail(part) - tail(part + 1),
  );
  for (let buckets = 1; buckets < rowBuckets; buckets *= 2) shares = doubled(shares);
  let [part, above] = [shares.length, 0];
  while (part > 0 && above + (shares[part - 1] ?? 0) <= rate) {
    part -= 1;
    above += shares[part] ?? 0;
  }
  return part * width;
}

/** Distribution of the sum of two independent variables with this one. */
function doubled(shares: readonly number[]): number[] {
  const sums = new Array<number>(2 * shares.length - 1).fill(0);
  shares.forEach((one, i) => {
    shares.forEach((other, j) => {
      sums[i + j] = (sums[i + j] ?? 0) + one * other;
    });
  });
  return sums;
}

/** The middle one, or the mean of the two in the middle, as PromQL's `quantile(0.5, ...)`. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return ((sorted[low] ?? NaN) + (sorted[high] ?? NaN)) / 2;
}

/** Differences of the means of the buckets that have rows under both versions. */
function differences(trial: readonly Bucket[], champion: readonly Bucket[]) {
  return trial.flatMap(({ rows, total }, i) => {
    const other = champion[i];
    return other && rows > 0 && other.rows > 0
      ? [{ rows, apart: total / rows - other.total / other.rows }]
      : [];
  });
}

function meanOf(buckets: readonly Bucket[]): number {
  return sum(buckets.map(({ total }) => total)) / sum(buckets.map(({ rows }) => rows));
}

/** The estimate that proves, from counts by bucket: rows and sums of either version. */
export function distanceOf(trial: readonly Bucket[], champion: readonly Bucket[]): number {
  const shift = meanOf(trial) - meanOf(champion);
  const spread = differences(trial, champion).map(({ rows, apart }) => rows * (apart - shift) ** 2);
  return sum(spread) / degrees + shift ** 2;
}

/** Largest variance of values between 0 and 1 (Popoviciu 1935). */
const largestVariance = 0.25;
/** Median of a chi-square variable of one degree. */
const chiSquareMedian = chiSquareQuantile(0.5, 1);
/** What a bucket counts at most, in medians of a bucket. */
export const largestOfMedian = largestBucket / chiSquareMedian;
export const largestSpread = largestBucket * largestVariance;

/** Variance between rows, from the means of the buckets, each of which counts so much at most. */
export function varianceOf(buckets: readonly Bucket[]): number {
  const filled = buckets.filter(({ rows }) => rows > 0);
  const usual = median(filled.map(({ rows, total }) => total / rows));
  const spread = filled.map(({ rows, total }) =>
    Math.min(rows * (total / rows - usual) ** 2, largestSpread),
  );
  return sum(spread) / degrees;
}

/** Largest estimate of how often rows come again in 95% of the cases in which none does, by bucket. */
export const repetitionBound = chiSquareQuantile(0.05, degrees);

/**
 * How often rows come again at least, with a confidence of 95%: their number differs from bucket to
 * bucket by so many times what it would if every row came once (a compound Poisson count). A bucket
 * counts so much at most.
 */
export function repetitionOf(buckets: readonly Bucket[]): number {
  const usual = Math.max(1, median(buckets.map(({ rows }) => rows)));
  const spread = buckets.map(({ rows }) => (rows - usual) ** 2 / usual);
  const largest = Math.max(largestBucket, largestOfMedian * median(spread));
  return Math.max(1, sum(spread.map((one) => Math.min(one, largest))) / repetitionBound);
}

/** The robust estimate that refuses, as a multiple of what refuses. */
export function refusalOf(
  trial: readonly Bucket[],
  champion: readonly Bucket[],
  { acceptable, times, edge }: ShadowScale,
): number {
  const limit = acceptable * times + edge * varianceOf(champion);
  const found = differences(trial, champion);
  const shift = median(found.map(({ apart }) => apart));
  const largest = (largestBucket * limit) / times;
  const repeated = repetitionOf(champion);
  const spread = found.map(({ rows, apart }) =>
    Math.min((rows * (apart - shift) ** 2) / repeated, largest),
  );
  return (sum(spread) / degrees + shift ** 2) / limit;
}

/** Smallest position of what is not proven. */
export const unproven = 1e-3;

/** Where an estimate stands between proof, 0, and refusal, 1. What proves never refuses as well. */
export function positionOf(
  trial: readonly Bucket[],
  champion: readonly Bucket[],
  scale: ShadowScale,
): number {
  const over = distanceOf(trial, champion) / scale.proof - 1;
  return over <= 0 ? over : Math.max(refusalOf(trial, champion, scale), unproven);
}
