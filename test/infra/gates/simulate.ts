import { randoms } from "../observability/promtool/scenario";

/** Error of a simulated test, and the evidence at which it refuses. */
export const alpha = 0.05;
export const boundary = Math.log(1 / alpha);
/** Share of the bad versions that a test with a fixed horizon finds. */
export const power = 0.95;

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
