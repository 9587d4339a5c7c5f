import type { Contract } from "../../services/contract/contract";
import { metrics, rowBuckets, type MetricFamily } from "../../services/contract/metrics";
import { hashLabel } from "./comparison";
import { sum } from "./counts";
import { select } from "./rule";
import { exact, type Shares } from "./sequential";
import {
  largestBucket,
  largestOfMedian,
  largestSpread,
  positionOf,
  repetitionBound,
  shadowScale,
  unproven,
  type Bucket,
  type ShadowLooks,
  type ShadowScale,
} from "./shadow-statistics";
import { conditions, type Condition } from "./verdict";

/**
 * Share of mirrored requests that two versions may decide differently. The estimate has a deviation
 * of a quarter of itself, so it tells shares apart that differ by four times.
 */
export const disagreement: Shares = { acceptable: 0.05, unacceptable: 0.2 };
/** Mean squared distance of their scores for the same request: 0.05 and 0.14 apart. */
export const scoreDistance: Shares = { acceptable: 0.0025, unacceptable: 0.02 };

/** A question of the shadow phase, answered on a scale from {@link proven} to {@link refused}. */
export interface ShadowGate {
  readonly name: string;
  readonly query: string;
  readonly success: Condition;
  readonly failure: Condition;
  /** What the query returns, from the buckets of either version; undefined while it is empty. */
  readonly evidence: (trial: readonly Bucket[], champion: readonly Bucket[]) => number | undefined;
}

/**
 * Where a version is proven, at or below, and where it is refused, at or above; between them more
 * looks have to tell.
 */
export const [proven, refused] = [0, 1];

export interface ShadowInput extends ShadowLooks {
  readonly contract: Contract;
  /** Pod template hashes of the two versions. */
  readonly trial: string;
  readonly champion: string;
  /** Seconds of mirrored requests that are compared; all of them must have been mirrored. */
  readonly windowSeconds: number;
  /** Rows of either version below which nothing is compared. */
  readonly minimumRows: number;
}

/**
 * How far two versions are apart on the same requests. The mesh throws the mirrored answers away,
 * but a row is in the same bucket under both versions. Of rows that are the same, d = share of the
 * one - share of the other differs from bucket to bucket only by the rows on which the versions
 * disagree: its variance is their share divided by the rows of a bucket. So the mean of rows x d^2
 * over the buckets is that share, and (buckets - 1) times it over the true one is chi-square
 * distributed. The same with scores gives their squared distance.
 *
 * That takes every row for another one. A row that comes again and again is counted again and again
 * in one bucket, so the mean over the buckets may prove and does not refuse: a refusal limits what a
 * bucket counts, centres by the median, and divides by how often rows come again, as the numbers of
 * rows in the buckets show it. A version that disagrees on a few frequent rows waits for a person.
 *
 * The pods are scraped at different moments, so up to two intervals' rows of a window count for one
 * version alone, and these differ as any two rows do: an identical version seems to be apart by
 * their share times the variance between rows. A proof takes no account of that; a refusal allows
 * for it.
 */
export function shadowGates(input: ShadowInput): readonly [ShadowGate, ShadowGate] {
  const enough = (buckets: readonly Bucket[]) =>
    sum(buckets.map(({ rows }) => rows)) >= input.minimumRows;
  const of = (name: string, family: MetricFamily, shares: Shares): ShadowGate => {
    const scale = shadowScale(shares, input);
    return {
      name,
      query: position(input, family.name, scale),
      success: conditions.atMost(proven),
      failure: conditions.refused(refused),
      evidence: (trial, champion) =>
        enough(trial) && enough(champion) ? positionOf(trial, champion, scale) : undefined,
    };
  };
  return [
    of("disagreement", metrics.bucketPositives, disagreement),
    of("score-distance", metrics.bucketScores, scoreDistance),
  ];
}

/** {@link positionOf} in PromQL; empty below the minimum of rows. */
function position(
  { contract, trial, champion, windowSeconds, minimumRows }: ShadowInput,
  sums: MetricFamily["name"],
  { acceptable, proof, times, edge }: ShadowScale,
): string {
  const grown = (name: MetricFamily["name"], hash: string) =>
    `increase(${select(contract, name, { [hashLabel]: hash })}[${windowSeconds}s])`;
  const by = (name: MetricFamily["name"], hash: string) => `sum by (bucket) (${grown(name, hash)})`;
  const all = (name: MetricFamily["name"], hash: string) => `sum(${grown(name, hash)})`;
  const rows = metrics.bucketRows.name;
  const degrees = exact(rowBuckets - 1);
  const mean = (hash: string) => `${all(sums, hash)} / ${all(rows, hash)}`;
  const means = (hash: string) => `${by(sums, hash)} / (${by(rows, hash)} > 0)`;
  const apart = `(${means(trial)} - ${means(champion)})`;
  const shift = `scalar(${mean(trial)} - ${mean(champion)})`;
  const distance = `sum(${by(rows, trial)} * (${apart} - ${shift}) ^ 2) / ${degrees} + ${shift} ^ 2`;
  const middleMean = `scalar(quantile(0.5, ${means(champion)}))`;
  const variance = `sum(clamp_max(${by(rows, champion)} * (${means(champion)} - ${middleMean}) ^ 2, ${largestSpread})) / ${degrees}`;
  const limit = `(${exact(acceptable * times)} + ${exact(edge)} * ${variance})`;
  const usual = `scalar(clamp_min(quantile(0.5, ${by(rows, champion)}), 1))`;
  const unevenness = `((${by(rows, champion)} - ${usual}) ^ 2 / ${usual})`;
  const most = `scalar(clamp_min(${exact(largestOfMedian)} * quantile(0.5, ${unevenness}), ${largestBucket}))`;
  const repeated = `scalar(clamp_min(sum(clamp_max(${unevenness}, ${most})) / ${exact(repetitionBound)}, 1))`;
  const middle = `scalar(quantile(0.5, ${apart}))`;
  const spread = `clamp_max(${by(rows, trial)} * (${apart} - ${middle}) ^ 2 / ${repeated}, scalar(${exact(largestBucket / times)} * ${limit}))`;
  const refusal = `(sum(${spread}) / ${degrees} + ${middle} ^ 2) / ${limit}`;
  const enough = `(${all(rows, trial)} >= ${minimumRows} and ${all(rows, champion)} >= ${minimumRows})`;
  return `((${distance}) / ${exact(proof)} - 1 <= 0 or clamp_min(${refusal}, ${unproven})) and on () ${enough}`;
}
