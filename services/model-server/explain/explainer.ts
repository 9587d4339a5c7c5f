import type { Batcher } from "../inference/batcher";
import type { ExplainerDocument } from "../release/documents";
import { joined, meanTerms, sampledShapley, terms, type LogOdds } from "./shapley";
import { ranked, type Asked, type Estimate, type Ranking } from "./stability";

/** Why a row got its score. */
export interface Explanation {
  readonly method: "exact" | "sampled";
  /** Mean log-odds of the background, from which the contributions lead to the row's. */
  readonly expected: number;
  readonly logOdds: number;
  /** By feature, in the contract's order. */
  readonly contributions: readonly Contribution[];
}

export interface Contribution {
  readonly feature: string;
  /** Log-odds by which it moved the answer from that of the background. */
  readonly contribution: number;
  /** Of the contribution, between repeats of the sampling; 0 where the method is exact. */
  readonly standardDeviation: number;
  /** Whether the request left it out, so that the background's median was judged in its place. */
  readonly missing: boolean;
}

/**
 * Probabilities are held this far from 0 and 1, so that log-odds stay finite; training does the
 * same.
 */
const clip = 1e-6;
/** Rows of one run: predictions get their turn in between. */
const chunk = 256;

/** log(p / (1 - p)) of a probability. */
export function logOddsOf(probability: number): number {
  const p = Math.min(Math.max(probability, clip), 1 - clip);
  return Math.log(p) - Math.log1p(-p);
}

/** Explains rows by Shapley values in log-odds against the background of the release. */
export class Explainer {
  readonly #document: ExplainerDocument;
  readonly #background: readonly Float64Array[];
  readonly #medians: Float64Array;
  readonly #logOdds: LogOdds;
  /**
   * Of the background, computed by the first explanation that needs it: mean log-odds, and mean of
   * each feature's term.
   */
  readonly #expected: () => Promise<number>;
  readonly #typical: () => Promise<Float64Array>;

  /** Seed of the random orders: a row that is explained twice gets the same explanation. */
  readonly #seed: number;

  constructor(document: ExplainerDocument, batcher: Batcher, seed = 1) {
    this.#document = document;
    this.#seed = seed;
    this.#background = document.background.map((row) => Float64Array.from(row));
    this.#medians = Float64Array.from(document.features, (_, i) =>
      median(document.background.map((row) => row[i] ?? NaN)),
    );
    this.#logOdds = (rows, count) => inChunks(batcher, rows, count);
    this.#expected = kept(async () =>
      mean(await this.#logOdds(joined(this.#background), this.#background.length)),
    );
    this.#typical = kept(() => meanTerms(this.#logOdds, this.#origin, this.#background));
  }

  /**
   * Explains a row, and ranks its features as `asked`: samples until that ranking is stable, or the
   * limit of work is reached.
   */
  async explain(
    row: Float64Array,
    asked: Asked,
  ): Promise<{ readonly explanation: Explanation; readonly ranking: Ranking }> {
    const { additive, features } = this.#document;
    const complete = row.map((value, i) =>
      Number.isNaN(value) ? (this.#medians[i] ?? NaN) : value,
    );
    const [estimate, logOdds, expected] = await Promise.all([
      additive ? this.#exact(complete) : this.#sampled(complete, asked),
      this.#logOdds(complete, 1),
      this.#expected(),
    ]);
    const explanation: Explanation = {
      method: additive ? "exact" : "sampled",
      expected,
      logOdds: logOdds[0] ?? NaN,
      contributions: features.map((feature, i) => ({
        feature,
        contribution: estimate.values[i] ?? NaN,
        standardDeviation: estimate.deviation(i),
        missing: Number.isNaN(row[i]),
      })),
    };
    return { explanation, ranking: ranked(estimate, asked) };
  }

  get #origin(): Float64Array {
    return this.#background[0] ?? new Float64Array();
  }

  #sampled(row: Float64Array, asked: Asked): Promise<Estimate> {
    return sampledShapley(
      this.#logOdds,
      this.#background,
      row,
      this.#seed,
      (estimate) => ranked(estimate, asked).stable,
    );
  }

  async #exact(row: Float64Array): Promise<Estimate> {
    const [own, typical] = await Promise.all([
      terms(this.#logOdds, this.#origin, row),
      this.#typical(),
    ]);
    return { values: own.map((term, i) => term - (typical[i] ?? NaN)), deviation: () => 0 };
  }
}

/** Keeps the first result; a failure is not kept, the next call tries again. */
function kept<T>(compute: () => Promise<T>): () => Promise<T> {
  let found: { readonly value: T } | undefined;
  return async () => (found ??= { value: await compute() }).value;
}

async function inChunks(
  batcher: Batcher,
  rows: Float64Array,
  count: number,
): Promise<Float64Array> {
  const width = rows.length / count;
  const all = new Float64Array(count);
  for (let from = 0; from < count; from += chunk) {
    const to = Math.min(from + chunk, count);
    const scores = await batcher.score({
      values: rows.subarray(from * width, to * width),
      count: to - from,
    });
    scores.forEach((score, i) => (all[from + i] = logOddsOf(score)));
  }
  return all;
}

function mean(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? NaN, sorted[sorted.length >> 1] ?? NaN];
  return (low + high) / 2;
}
