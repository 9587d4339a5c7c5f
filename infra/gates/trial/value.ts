import type { Contract } from "../../../services/contract/contract";
import { metrics, type MetricFamily } from "../../../services/contract/metrics";
import { mixture } from "../promql";
import { series, type SeriesName } from "../names";
import { counted, record, select, type RecordingRule } from "../rule";
import { windowsOf } from "../windows";

/**
 * Difference in business value that an A/B test should find soonest, in standard deviations of the
 * champion's value.
 */
export const valueSpread = 0.1;

/** Rates that the test sums over its window, by version. */
export function valueRateRules(contract: Contract): RecordingRule[] {
  const rate = (name: MetricFamily["name"], more = {}) =>
    `sum by (version) (rate(${select(contract, name, more)}[5m]))`;
  return [
    record(contract, series.trialValueCount, rate(metrics.valueCount.name)),
    record(
      contract,
      series.trialValueNet,
      `${rate(metrics.valueSum.name, { sign: "gain" })} - ${rate(metrics.valueSum.name, { sign: "loss" })}`,
    ),
    record(contract, series.trialValueSquares, rate(metrics.valueSquares.name)),
  ];
}

/**
 * The A/B test: business value of an outcome under each version against the others, in standard
 * deviations, and the evidence that they differ. The evidence has the sign of the difference, so
 * that one series tells better from worse; it is 0 while chance explains all.
 */
export function valueTrialRules(contract: Contract): RecordingRule[] {
  const { labels } = windowsOf(contract);
  const total = (of: SeriesName) => counted(select(contract, of), labels);
  const own = (of: SeriesName) => `(${total(of)})`;
  const rest = (of: SeriesName) =>
    `(sum by (model) (${total(of)}) - on (model) group_right () ${total(of)})`;
  const enough = (count: string) => `(${count} >= ${contract.drift.minimumSamples})`;
  const [count, others] = [
    enough(own(series.trialValueCount)),
    enough(rest(series.trialValueCount)),
  ];
  const mean = (of: typeof own, trials: string) => `${of(series.trialValueNet)} / ${trials}`;
  const deviation = `sqrt(${rest(series.trialValueSquares)} / ${others} - (${mean(rest, others)}) ^ 2 > 0)`;
  const [difference, variance] = [
    select(contract, series.trialValue),
    select(contract, series.trialValueVariance),
  ];
  return [
    record(
      contract,
      series.trialValue,
      `(${mean(own, count)} - ${mean(rest, others)}) / ${deviation}`,
    ),
    record(contract, series.trialValueVariance, `1 / ${count} + 1 / ${others}`),
    record(
      contract,
      series.trialValueEvidence,
      `sgn(${difference}) * clamp_min(${mixture(`abs(${difference})`, variance, valueSpread)}, 0)`,
    ),
  ];
}
