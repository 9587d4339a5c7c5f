import type { Contract } from "../../services/contract/contract";
import { metrics, rowBuckets, type MetricFamily } from "../../services/contract/metrics";
import { hashLabel } from "./comparison";
import { sum } from "./counts";
import { scrapeSeconds } from "./pace";
import { select } from "./rule";
import { exact, falseProof, falseRollback, type Shares } from "./sequential";
import { chiSquareQuantile, normalQuantile } from "./statistics";
import { conditions, type Condition } from "./verdict";

/** Share of mirrored requests that two versions may decide differently. */
export const disagreement: Shares = { acceptable: 0.05, unacceptable: 0.1 };
/** Mean squared distance of their scores for the same request: 0.05 and 0.1 apart. */
export const scoreDistance: Shares = { acceptable: 0.0025, unacceptable: 0.01 };

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

export interface ShadowInput {
  readonly contract: Contract;
  /** Pod template hashes of the two versions. */
  readonly trial: string;
  readonly champion: string;
  /** Seconds of mirrored requests that are compared; all of them must have been mirrored. */
  readonly windowSeconds: number;
  /** Rows of either version below which nothing is compared. */
  readonly minimumRows: number;
  /**
   * Looks that there may be, and regions that take the release; the rate of false rollbacks is spent
   * over them in equal parts.
   */
  readonly looks: number;
  readonly regions: number;
}

/**
 * How far two versions are apart on the same requests. The mesh throws the mirrored answers away,
 * but a row is in the same bucket under both versions. Of rows that are the same, d = share of the
 * one - share of the other differs from bucket to bucket only by the rows on which the versions
 * disagree: its variance is their share divided by the rows of a bucket. So the mean of rows x d^2
 * over the buckets is that share, and (buckets - 1) times it over the true one is chi-square
 * distributed. The same with scores gives their squared distance.
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

/**
 * An estimate that proves, and one that refuses: `refusal.base`, and `refusal.edge` times the
 * variance between rows.
 */
export interface ShadowScale {
  readonly proof: number;
  readonly refusal: { readonly base: number; readonly edge: number };
}

export function shadowScale(
  { acceptable, unacceptable }: Shares,
  { looks, regions, windowSeconds }: Pick<ShadowInput, "looks" | "regions" | "windowSeconds">,
): ShadowScale {
  const degrees = rowBuckets - 1;
  // Two gates share the rate.
  const rate = falseRollback / 2 / looks / regions;
  const times = chiSquareQuantile(rate, degrees) / degrees;
  // The variance between rows is an estimate too: quantile of F by Fisher's z (1924), which is
  // nearly normal.
  const ratio = Math.exp((2 * normalQuantile(rate)) / Math.sqrt(degrees));
  return {
    proof: (unacceptable * chiSquareQuantile(1 - falseProof, degrees)) / degrees,
    refusal: { base: acceptable * times, edge: ((2 * scrapeSeconds) / windowSeconds) * ratio },
  };
}

/** Where an estimate stands between proof and refusal. What proves never refuses as well. */
export function positionOf(
  trial: readonly Bucket[],
  champion: readonly Bucket[],
  { proof, refusal }: ShadowScale,
): number {
  const limit = refusal.base + refusal.edge * varianceOf(champion);
  return (distanceOf(trial, champion) - proof) / Math.max(limit - proof, narrowest * proof);
}

/** Smallest distance of proof and refusal, as a share of the proof. */
const narrowest = 1e-3;

/** Variance between rows, from the means of the buckets. */
function varianceOf(buckets: readonly Bucket[]): number {
  const mean = meanOf(buckets);
  const spread = buckets.map(({ rows, total }) =>
    rows > 0 ? rows * (total / rows - mean) ** 2 : 0,
  );
  return sum(spread) / (rowBuckets - 1);
}

/** The estimate, from counts by bucket: rows and sums of either version. */
export function distanceOf(trial: readonly Bucket[], champion: readonly Bucket[]): number {
  const shift = meanOf(trial) - meanOf(champion);
  const spread = trial.map(({ rows, total }, i) => {
    const other = champion[i];
    return other && rows > 0 && other.rows > 0
      ? rows * (total / rows - other.total / other.rows - shift) ** 2
      : 0;
  });
  return sum(spread) / (rowBuckets - 1) + shift ** 2;
}

function meanOf(buckets: readonly Bucket[]): number {
  return sum(buckets.map(({ total }) => total)) / sum(buckets.map(({ rows }) => rows));
}

/** Rows of a bucket, and the sum of what is compared over them. */
export interface Bucket {
  readonly rows: number;
  readonly total: number;
}

function position(
  { contract, trial, champion, windowSeconds, minimumRows }: ShadowInput,
  sums: MetricFamily["name"],
  { proof, refusal }: ShadowScale,
): string {
  const grown = (name: MetricFamily["name"], hash: string) =>
    `increase(${select(contract, name, { [hashLabel]: hash })}[${windowSeconds}s])`;
  const by = (name: MetricFamily["name"], hash: string) => `sum by (bucket) (${grown(name, hash)})`;
  const all = (name: MetricFamily["name"], hash: string) => `sum(${grown(name, hash)})`;
  const rows = metrics.bucketRows.name;
  const mean = (hash: string) => `${all(sums, hash)} / ${all(rows, hash)}`;
  const means = (hash: string) => `${by(sums, hash)} / (${by(rows, hash)} > 0)`;
  const shift = `scalar(${mean(trial)} - ${mean(champion)})`;
  const distance = `sum(${by(rows, trial)} * (${means(trial)} - ${means(champion)} - ${shift}) ^ 2) / ${exact(rowBuckets - 1)} + ${shift} ^ 2`;
  const variance = `sum(${by(rows, champion)} * (${means(champion)} - scalar(${mean(champion)})) ^ 2) / ${exact(rowBuckets - 1)}`;
  const enough = `(${all(rows, trial)} >= ${minimumRows} and ${all(rows, champion)} >= ${minimumRows})`;
  return `(${distance} - ${exact(proof)}) / clamp_min(${exact(refusal.base - proof)} + ${exact(refusal.edge)} * ${variance}, ${exact(narrowest * proof)}) and on () ${enough}`;
}
