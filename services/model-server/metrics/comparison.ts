import { subjectBuckets, type Arm, type SubjectBucket } from "../../contract/arms";
import { metrics, rowBuckets, scoreTenths } from "../../contract/metrics";
import type { Rows } from "../requests/columns";
import type { Cell, Registry } from "./registry";

interface BucketCells {
  readonly rows: Cell;
  readonly positives: Cell;
  readonly scores: Cell;
}

/**
 * Counts that are alike under every version of a model, so that two versions can be compared: the
 * score in fixed bins, and what becomes of the rows of each bucket. A row's own values decide its
 * bucket, so a request that is mirrored to another version is in the same one.
 */
export class ComparisonCounters {
  readonly #tenths: readonly Cell[];
  readonly #buckets: readonly BucketCells[];
  readonly #subjects: Readonly<Record<Arm, readonly Cell[]>>;

  constructor(registry: Registry) {
    this.#tenths = scoreTenths.map((tenth) => registry.cell(metrics.scoreTenths, { tenth }));
    this.#buckets = Array.from({ length: rowBuckets }, (_, i) => {
      const labels = { bucket: String(i) };
      return {
        rows: registry.cell(metrics.bucketRows, labels),
        positives: registry.cell(metrics.bucketPositives, labels),
        scores: registry.cell(metrics.bucketScores, labels),
      };
    });
    const half = (arm: Arm) =>
      Array.from({ length: subjectBuckets }, (_, i) =>
        registry.cell(metrics.subjects, { arm, bucket: String(i) }),
      );
    this.#subjects = { challenger: half("challenger"), champion: half("champion") };
  }

  /**
   * Counts the rows of a request. The tenths count requests: what goes to one version or another is
   * a request, however many rows it has. `compared` is whether it may go to either.
   */
  predicted(
    rows: Rows,
    positive: readonly boolean[],
    scores: ArrayLike<number>,
    compared: boolean,
  ): void {
    const share = compared ? 1 / rows.count : 0;
    const width = rows.values.length / Math.max(1, rows.count);
    const bits = new Int32Array(rows.values.buffer, rows.values.byteOffset, 2 * rows.values.length);
    for (let row = 0; row < rows.count; row += 1) {
      const score = scores[row] ?? 0;
      const tenth =
        this.#tenths[
          Math.min(this.#tenths.length - 1, Math.max(0, Math.ceil(score * this.#tenths.length) - 1))
        ];
      if (tenth) tenth.value += share;
      const bucket = this.#buckets[bucketOf(bits, 2 * row * width, 2 * (row + 1) * width)];
      if (!bucket) continue;
      bucket.rows.value += 1;
      bucket.scores.value += score;
      if (positive[row] === true) bucket.positives.value += 1;
    }
  }

  /** Counts a request that names its subject. */
  asked({ arm, bucket }: SubjectBucket): void {
    const cell = this.#subjects[arm][bucket];
    if (cell) cell.value += 1;
  }
}

/** FNV-1a over 32-bit words (Fowler, Noll and Vo), folded to a bucket: the high bits mix best. */
function bucketOf(bits: Int32Array, from: number, to: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = from; i < to; i += 1) hash = Math.imul(hash ^ (bits[i] ?? 0), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 27;
}
