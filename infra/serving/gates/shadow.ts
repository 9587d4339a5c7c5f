import type { Contract } from "../../../services/contract/contract";
import { metrics, rowBuckets, type MetricFamily } from "../../../services/contract/metrics";
import { select } from "../../observability/rule";
import { chiSquareQuantile } from "../../observability/statistics";
import { hashLabel } from "../../observability/trial/comparison";
import { exact } from "./promql";
import { falseProof, falseRollback, type Shares } from "./sequential";

/** Share of mirrored requests that two versions may decide differently. */
export const disagreement: Shares = { acceptable: 0.05, unacceptable: 0.1 };
/** Mean squared distance of their scores for the same request: 0.05 and 0.1 apart. */
export const scoreDistance: Shares = { acceptable: 0.0025, unacceptable: 0.01 };

/** A question of the shadow phase: an estimate, what refuses and what proves. */
export interface ShadowGate {
  readonly name: string;
  readonly query: string;
  readonly refused: number;
  readonly proven: number;
}

export interface ShadowInput {
  readonly contract: Contract;
  /** Pod template hashes of the two versions. */
  readonly trial: string;
  readonly champion: string;
  /** Seconds of mirrored requests that are compared; all of them must have been mirrored. */
  readonly windowSeconds: number;
  /** Rows of either version below which nothing is compared. */
  readonly minimumRows: number;
  /** Looks that there may be; the rate of false rollbacks is spent over them in equal parts. */
  readonly looks: number;
}

/**
 * How far two versions are apart on the same requests. The mesh throws the mirrored answers away, but a row is in the same bucket under
 * both versions. Of rows that are the same, d = share of the one - share of the other differs from bucket to bucket only by the rows on
 * which the versions disagree: its variance is their share divided by the rows of a bucket. So the mean of rows x d^2 over the buckets is
 * that share, and (buckets - 1) times it over the true one is chi-square distributed. The same with scores gives their squared distance.
 */
export function shadowGates(input: ShadowInput): readonly [ShadowGate, ShadowGate] {
  const bounds = shadowBounds(input.looks);
  const of = (name: string, family: MetricFamily, { acceptable, unacceptable }: Shares): ShadowGate => ({ name, query: apart(input, family.name), refused: acceptable * bounds.refusal, proven: unacceptable * bounds.proof });
  return [of("disagreement", metrics.bucketPositives, disagreement), of("score-distance", metrics.bucketScores, scoreDistance)];
}

/** How many times the acceptable share an estimate must be to refuse at one of so many looks, and the unacceptable one to prove. */
export function shadowBounds(looks: number): { readonly refusal: number; readonly proof: number } {
  const degrees = rowBuckets - 1;
  // Two gates share the rate.
  return { refusal: chiSquareQuantile(falseRollback / 2 / looks, degrees) / degrees, proof: chiSquareQuantile(1 - falseProof, degrees) / degrees };
}

/** The estimate that the query computes, from counts by bucket: rows and sums of either version. */
export function distanceOf(trial: readonly Bucket[], champion: readonly Bucket[]): number {
  const mean = (buckets: readonly Bucket[]) => buckets.reduce((sum, { total }) => sum + total, 0) / buckets.reduce((sum, { rows }) => sum + rows, 0);
  const shift = mean(trial) - mean(champion);
  const spread = trial.reduce((sum, { rows, total }, i) => {
    const other = champion[i];
    return other && rows > 0 && other.rows > 0 ? sum + rows * (total / rows - other.total / other.rows - shift) ** 2 : sum;
  }, 0);
  return spread / (rowBuckets - 1) + shift ** 2;
}

/** Rows of a bucket, and the sum of what is compared over them. */
export interface Bucket {
  readonly rows: number;
  readonly total: number;
}

function apart({ contract, trial, champion, windowSeconds, minimumRows }: ShadowInput, sums: MetricFamily["name"]): string {
  const grown = (name: MetricFamily["name"], hash: string) => `increase(${select(contract, name, { [hashLabel]: hash })}[${windowSeconds}s])`;
  const by = (name: MetricFamily["name"], hash: string) => `sum by (bucket) (${grown(name, hash)})`;
  const all = (name: MetricFamily["name"], hash: string) => `sum(${grown(name, hash)})`;
  const rows = metrics.bucketRows.name;
  const shift = `scalar(${all(sums, trial)} / ${all(rows, trial)} - ${all(sums, champion)} / ${all(rows, champion)})`;
  const each = `${by(sums, trial)} / (${by(rows, trial)} > 0) - ${by(sums, champion)} / (${by(rows, champion)} > 0)`;
  const enough = `(${all(rows, trial)} >= ${minimumRows} and ${all(rows, champion)} >= ${minimumRows})`;
  return `sum(${by(rows, trial)} * (${each} - ${shift}) ^ 2) / ${exact(rowBuckets - 1)} + ${shift} ^ 2 and on () ${enough}`;
}
