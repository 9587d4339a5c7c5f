import { Random } from "./random";

/** Runs of one scenario at one level of traffic; the same each time. */
export function runs<T>(count: number, run: (random: Random) => T): T[] {
  return Array.from({ length: count }, (_, i) => run(new Random(1_000_003 * (i + 1))));
}

/** The smallest value that this share of them do not exceed; null where there are none. */
export function quantile(values: readonly number[], share = 0.5): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? null;
}
