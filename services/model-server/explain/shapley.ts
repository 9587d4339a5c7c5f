import { seededRandom } from "./random";
import { looks, type Estimate } from "./stability";

/** Log-odds of rows: row-major float64 (count x width) in, one value per row out. */
export type LogOdds = (rows: Float64Array, count: number) => Promise<Float64Array>;

/**
 * Interventional Shapley values by permutation sampling (Strumbelj and Kononenko 2014). In a round
 * each row of the background gets a random order of its own, which is walked forwards and backwards
 * (antithetic sampling; Mitchell, Cooper, Frank and Holmes 2022). Orders that all rows shared would
 * cost as much and vary more. Rounds are drawn until `settled`, and at most the last of `looks`: a
 * limit of work by count, 2 x (width - 1) x background rows of the model a round.
 *
 * Whatever the orders, the values sum to the row's log-odds less the background's mean (efficiency).
 * `background` is a list of rows; the same `seed` gives the same orders.
 */
export async function sampledShapley(
  logOdds: LogOdds,
  background: readonly Float64Array[],
  row: Float64Array,
  seed: number,
  settled: (estimate: Estimate) => boolean,
  rounds: readonly number[] = looks,
): Promise<Estimate> {
  const random = seededRandom(seed);
  const ends = await logOdds(joined([...background, row]), background.length + 1);
  const draws: Float64Array[][] = [];
  let estimate = estimated(draws, row.length);
  for (const many of rounds) {
    while (draws.length < many) {
      const forward = background.map(() => shuffled(row.length, random));
      const there = await walked(logOdds, background, row, ends, forward);
      const back = forward.map((order) => [...order].reverse());
      const again = await walked(logOdds, background, row, ends, back);
      draws.push(there.map((values, b) => values.map((one, i) => (one + at(again[b], i)) / 2)));
    }
    estimate = estimated(draws, row.length);
    if (settled(estimate)) break;
  }
  return estimate;
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

/** Rows one after the other, row-major. */
export function joined(rows: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(rows.reduce((total, { length }) => total + length, 0));
  let from = 0;
  for (const row of rows) {
    all.set(row, from);
    from += row.length;
  }
  return all;
}

/**
 * By background row, what each feature changed when the row's values took their place in that row's
 * order. `ends` are the log-odds of the background rows and, last, of the row.
 */
async function walked(
  logOdds: LogOdds,
  background: readonly Float64Array[],
  row: Float64Array,
  ends: Float64Array,
  orders: readonly (readonly number[])[],
): Promise<Float64Array[]> {
  const between = row.length - 1;
  const steps = background.flatMap((base, b) => {
    const current = Float64Array.from(base);
    return (orders[b] ?? []).slice(0, between).map((feature) => {
      current[feature] = at(row, feature);
      return Float64Array.from(current);
    });
  });
  const scores = await logOdds(joined(steps), steps.length);
  return background.map((_, b) => {
    const found = new Float64Array(row.length);
    let before = at(ends, b);
    (orders[b] ?? []).forEach((feature, step) => {
      const after = step < between ? at(scores, b * between + step) : at(ends, background.length);
      found[feature] = after - before;
      before = after;
    });
    return found;
  });
}

/**
 * Mean over rounds and background, of `draws` by round and background row. Its variance is that
 * between the rounds of each background row: the rows themselves are fixed by the release.
 */
function estimated(draws: readonly (readonly Float64Array[])[], width: number): Estimate {
  const rounds = draws.length;
  const count = draws[0]?.length ?? 0;
  const values = new Float64Array(width);
  for (const round of draws)
    for (const draw of round)
      draw.forEach((value, i) => (values[i] = at(values, i) + value / (rounds * count)));
  return {
    values,
    deviation: (feature, less) => {
      const of = (draw?: Float64Array) =>
        at(draw, feature) - (less === undefined ? 0 : at(draw, less));
      let squares = 0;
      for (let b = 0; b < count; b += 1) {
        const mean = draws.reduce((total, round) => total + of(round[b]), 0) / rounds;
        for (const round of draws) squares += (of(round[b]) - mean) ** 2;
      }
      return Math.sqrt(squares / (rounds - 1) / rounds) / count;
    },
  };
}

function shuffled(length: number, random: () => number): number[] {
  const list = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j] ?? 0, list[i] ?? 0];
  }
  return list;
}

function at(values: Float64Array | undefined, index: number): number {
  return values?.[index] ?? NaN;
}
