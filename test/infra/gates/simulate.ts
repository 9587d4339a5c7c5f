import { mixtureEvidence } from "../../../infra/gates/sequential";
import { randoms } from "../observability/promtool/scenario";

/** What many runs of one test came to. */
export interface Outcome {
  /** Share of the runs that reached the boundary. */
  readonly reached: number;
  /** Mean trials until then, or until the horizon. */
  readonly meanTrials: number;
}

/** A run: what the next trial makes of the evidence. */
export type Run = (random: () => number) => () => number;

/** Runs a test so many times and looks after every `every` trials, up to the horizon. */
export function simulate(
  run: Run,
  {
    runs,
    horizon,
    boundary,
    seed,
    every = 1,
  }: {
    readonly runs: number;
    readonly horizon: number;
    readonly boundary: number;
    readonly seed: number;
    readonly every?: number;
  },
): Outcome {
  const random = randoms(seed);
  let [reached, trials] = [0, 0];
  for (let i = 0; i < runs; i += 1) {
    const next = run(random);
    for (let n = 1; n <= horizon; n += 1) {
      const evidence = next();
      trials += 1;
      if (n % every === 0 && evidence >= boundary) {
        reached += 1;
        break;
      }
    }
  }
  return { reached: reached / runs, meanTrials: trials / runs };
}

/** Half an event more of each kind, as the rules smooth a share. */
export function smoothed(events: number, trials: number): number {
  return (events + 0.5) / (trials + 1);
}

export function varianceOf(events: number, trials: number): number {
  const share = smoothed(events, trials);
  return (share * (1 - share)) / trials;
}

/** Evidence that the first share is larger. */
export function shareEvidence(
  one: readonly [number, number],
  other: readonly [number, number],
  spread: number,
): number {
  return mixtureEvidence(
    smoothed(...one) - smoothed(...other),
    varianceOf(...one) + varianceOf(...other),
    spread,
  );
}

/** Evidence that two histograms are further apart than the limit allows. */
export function scoreEvidence(one: readonly number[], other: readonly number[]): number {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const [n, m] = [sum(one), sum(other)];
  const overlap =
    one.reduce((total, count, i) => total + Math.sqrt(count * (other[i] ?? 0)), 0) /
    Math.sqrt(n * m);
  return mixtureEvidence(
    1 - overlap - 1 / 32,
    (Math.max(1 - overlap ** 2, 1e-4) * (1 / n + 1 / m)) / 4,
    0.03,
  );
}

/** Index drawn from shares. */
export function draw(shares: readonly number[], random: () => number): number {
  let rest = random();
  const found = shares.findIndex((share) => (rest -= share) < 0);
  return found < 0 ? shares.length - 1 : found;
}

/** A standard normal number (Box and Muller 1958). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Text in columns on standard output, past jest's own decoration. */
export function print(title: string, rows: readonly (readonly (string | number)[])[]): void {
  const text = rows.map((row) => row.map(String));
  const widths = text[0]!.map((_, i) => Math.max(...text.map((row) => row[i]!.length)));
  process.stdout.write(
    `\n${title}\n${text.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ")).join("\n")}\n`,
  );
}

/** A share in percent. */
export const percent = (share: number) => `${(100 * share).toFixed(2)}%`;
