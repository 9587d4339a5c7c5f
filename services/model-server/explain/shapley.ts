import { seededRandom } from "./random";

/** Log-odds of rows: row-major float64 (count x width) in, one value per row out. */
export type LogOdds = (rows: Float64Array, count: number) => Promise<Float64Array>;

/**
 * Random orders per explanation; each is walked forwards and backwards (antithetic sampling;
 * Mitchell, Cooper, Frank and Holmes 2022).
 */
export const orders = 5;

/**
 * Interventional Shapley values by permutation sampling (Strumbelj and Kononenko 2014). Whatever
 * the orders, the values sum to the row's log-odds less the background's mean (efficiency).
 * `background` is a list of rows; the same `seed` gives the same orders.
 */
export async function sampledShapley(
  logOdds: LogOdds,
  background: readonly Float64Array[],
  row: Float64Array,
  seed: number,
  walksApart = orders,
): Promise<Float64Array> {
  const random = seededRandom(seed);
  const values = new Float64Array(row.length);
  for (let order = 0; order < walksApart; order += 1) {
    const forward = shuffled(row.length, random);
    for (const walk of [forward, [...forward].reverse()]) {
      const means = await meansAlong(logOdds, background, row, walk);
      walk.forEach(
        (feature, step) =>
          (values[feature] = at(values, feature) + at(means, step + 1) - at(means, step)),
      );
    }
  }
  return values.map((value) => value / (2 * walksApart));
}

/**
 * Change of the log-odds when one feature of `origin` takes the row's value. Where log-odds are a
 * sum of one term per feature (`additive` in `explainer.json`), these less their {@link meanTerms}
 * are the exact Shapley values.
 */
export async function terms(
  logOdds: LogOdds,
  origin: Float64Array,
  row: Float64Array,
): Promise<Float64Array> {
  const width = row.length;
  const rows = new Float64Array((width + 1) * width);
  for (let i = 0; i <= width; i += 1) rows.set(origin, i * width);
  for (let i = 0; i < width; i += 1) rows[i * width + i] = at(row, i);
  const scores = await logOdds(rows, width + 1);
  return scores.slice(0, width).map((score) => score - at(scores, width));
}

/** Mean over the background of {@link terms}. */
export async function meanTerms(
  logOdds: LogOdds,
  origin: Float64Array,
  background: readonly Float64Array[],
): Promise<Float64Array> {
  const mean = new Float64Array(origin.length);
  for (const row of background)
    (await terms(logOdds, origin, row)).forEach(
      (term, i) => (mean[i] = at(mean, i) + term / background.length),
    );
  return mean;
}

/**
 * Mean log-odds over the background with the first 0, 1, ..., width features of the walk taken from
 * the row.
 */
async function meansAlong(
  logOdds: LogOdds,
  background: readonly Float64Array[],
  row: Float64Array,
  walk: readonly number[],
): Promise<Float64Array> {
  const width = row.length;
  const steps = width + 1;
  const rows = new Float64Array(steps * background.length * width);
  background.forEach((base, b) => {
    for (let step = 0; step < steps; step += 1) {
      const start = (b * steps + step) * width;
      rows.set(base, start);
      for (const feature of walk.slice(0, step)) rows[start + feature] = at(row, feature);
    }
  });
  const scores = await logOdds(rows, steps * background.length);
  const means = new Float64Array(steps);
  scores.forEach(
    (score, i) => (means[i % steps] = at(means, i % steps) + score / background.length),
  );
  return means;
}

function shuffled(length: number, random: () => number): number[] {
  const list = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j] ?? 0, list[i] ?? 0];
  }
  return list;
}

function at(values: Float64Array, index: number): number {
  return values[index] ?? NaN;
}
