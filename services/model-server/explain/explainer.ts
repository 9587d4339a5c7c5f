import type { Batcher } from "../inference/batcher";
import type { ExplainerDocument } from "../release/documents";
import { meanTerms, sampledShapley, terms, type LogOdds } from "./shapley";

/** Why a row got its score. */
export interface Explanation {
  readonly method: "exact" | "sampled";
  /** Mean log-odds of the background, from which the contributions lead to the row's. */
  readonly expected: number;
  readonly logOdds: number;
  /**
   * By feature, in the contract's order; `missing` features were explained with the background's
   * median.
   */
  readonly contributions: readonly {
    readonly feature: string;
    readonly contribution: number;
    readonly missing: boolean;
  }[];
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

  constructor(document: ExplainerDocument, batcher: Batcher) {
    this.#document = document;
    this.#background = document.background.map((row) => Float64Array.from(row));
    this.#medians = Float64Array.from(document.features, (_, i) =>
      median(document.background.map((row) => row[i] ?? NaN)),
    );
    this.#logOdds = (rows, count) => inChunks(batcher, rows, count);
    this.#expected = kept(async () =>
      mean(await this.#logOdds(flat(this.#background), this.#background.length)),
    );
    this.#typical = kept(() => meanTerms(this.#logOdds, this.#origin, this.#background));
  }

  async explain(row: Float64Array): Promise<Explanation> {
    const { additive, features } = this.#document;
    const complete = row.map((value, i) =>
      Number.isNaN(value) ? (this.#medians[i] ?? NaN) : value,
    );
    const [values, logOdds, expected] = await Promise.all([
      additive ? this.#exact(complete) : this.#sampled(complete),
      this.#logOdds(complete, 1),
      this.#expected(),
    ]);
    return {
      method: additive ? "exact" : "sampled",
      expected,
      logOdds: logOdds[0] ?? NaN,
      contributions: features.map((feature, i) => ({
        feature,
        contribution: values[i] ?? NaN,
        missing: Number.isNaN(row[i]),
      })),
    };
  }

  get #origin(): Float64Array {
    return this.#background[0] ?? new Float64Array();
  }

  #sampled(row: Float64Array): Promise<Float64Array> {
    return sampledShapley(this.#logOdds, this.#background, row, 1);
  }

  async #exact(row: Float64Array): Promise<Float64Array> {
    const [own, typical] = await Promise.all([
      terms(this.#logOdds, this.#origin, row),
      this.#typical(),
    ]);
    return own.map((term, i) => term - (typical[i] ?? NaN));
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

function flat(rows: readonly Float64Array[]): Float64Array {
  const [first] = rows;
  const all = new Float64Array(rows.length * (first?.length ?? 0));
  rows.forEach((row, i) => all.set(row, i * row.length));
  return all;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? NaN, sorted[sorted.length >> 1] ?? NaN];
  return (low + high) / 2;
}
