import type { Latency } from "./result";

/**
 * Upper edges in milliseconds of the bins that latencies are shown in; each a fifth of a decade.
 */
export const latencyEdges = Array.from({ length: 20 }, (_, i) => 10 ** (-1 + i / 5));

/** Quantiles and histogram of latencies in milliseconds; zeros without any. */
export function latencyOf(milliseconds: readonly number[]): Latency {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const quantile = (share: number) =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const histogram = [...latencyEdges, Infinity].map(
    (edge, i) =>
      sorted.filter((value) => value <= edge && value > (latencyEdges[i - 1] ?? -1)).length,
  );
  return {
    p50: quantile(0.5),
    p90: quantile(0.9),
    p99: quantile(0.99),
    max: sorted[sorted.length - 1] ?? 0,
    histogram,
  };
}
