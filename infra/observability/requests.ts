import type { Contract } from "../../services/contract/contract";
import { metrics, seriesNames } from "../../services/contract/metrics";
import { requestsOf } from "../gates/requests";
import { series } from "../gates/series";
import { record, select, type RecordingRule, type RuleGroup } from "../gates/rule";

/** Seconds between two evaluations of the rules over requests. */
export const requestIntervalSeconds = 30;

/**
 * Traffic, errors and latency as the proxies count them, slow answers and saturation as the server
 * does.
 */
export function requestRules(contract: Contract): RecordingRule[] {
  const { name } = contract;
  return [
    record(contract, series.requests, `sum(rate(${requestsOf(name)}[5m]))`),
    record(
      contract,
      series.errors,
      `sum(rate(${requestsOf(name, {}, serverErrors)}[5m])) or vector(0)`,
    ),
    record(
      contract,
      series.errorRatio,
      `${select(contract, series.errors)} / (${select(contract, series.requests)} > 0)`,
    ),
    record(
      contract,
      series.errorRatioHour,
      ratioOver(contract, series.errors, series.requests, "1h"),
    ),
    ...(
      [
        ["0.5", series.latencyMedian],
        ["0.95", series.latency95],
        ["0.99", series.latency],
      ] as const
    ).map(([quantile, recorded]) =>
      record(
        contract,
        recorded,
        `histogram_quantile(${quantile}, sum by (le) (rate(${durationsOf(name)}[5m]))) / 1000`,
      ),
    ),
    ...slowAnswers(contract),
    ...saturation(contract),
  ];
}

/** The group of {@link requestRules}. */
export function requestGroup(contract: Contract): RuleGroup {
  return {
    name: `${contract.name}-requests`,
    interval: `${requestIntervalSeconds}s`,
    rules: requestRules(contract),
  };
}

const serverErrors = 'response_code=~"5.."';

/**
 * Share of one recorded rate in another over a window that is longer than theirs; empty without
 * traffic.
 */
export function ratioOver(
  contract: Contract,
  part: RecordedRate,
  whole: RecordedRate,
  window: string,
): string {
  return `sum_over_time(${select(contract, part)}[${window}]) / (sum_over_time(${select(contract, whole)}[${window}]) > 0)`;
}

export type RecordedRate =
  typeof series.requests | typeof series.errors | typeof series.answers | typeof series.slowAnswers;

/** Explanations take longer by their nature, and nobody waits for the answer to feedback. */
const timedOperations = 'operation=~"infer|predict"';

/**
 * Answers later than the objective; its edge is a bucket of the server's histogram, so the share is
 * exact.
 */
function slowAnswers(contract: Contract): RecordingRule[] {
  const [buckets = "", , counts = ""] = seriesNames(metrics.duration);
  const edge = contract.slos.latencyP99 / 1_000;
  const all = `sum(rate(${select(contract, counts, {}, timedOperations)}[5m]))`;
  const quick = `sum(rate(${select(contract, buckets, {}, timedOperations, upTo(edge))}[5m]))`;
  return [
    record(contract, series.answers, all),
    record(contract, series.slowAnswers, `clamp_min(${all} - ${quick}, 0)`),
    record(
      contract,
      series.slowRatio,
      `${select(contract, series.slowAnswers)} / (${select(contract, series.answers)} > 0)`,
    ),
  ];
}

/** Matcher of a bucket; Prometheus 3 stores whole edges as `1.0`, earlier ones as `1`. */
function upTo(edge: number): string {
  return Number.isInteger(edge) ? `le=~"${edge}([.]0)?"` : `le="${edge}"`;
}

function saturation(contract: Contract): RecordingRule[] {
  const mean = (metric: string) => `sum(avg_over_time(${select(contract, metric)}[5m]))`;
  const sheds = `sum(rate(${select(contract, metrics.sheds.name, { reason: "overload" })}[5m]))`;
  return [
    record(
      contract,
      series.saturation,
      `${mean(metrics.inFlight.name)} / (${mean(metrics.inFlightLimit.name)} > 0)`,
    ),
    record(
      contract,
      series.shedRatio,
      `${sheds} / (sum(rate(${select(contract, metrics.requests.name)}[5m])) > 0)`,
    ),
  ];
}

export function durationsOf(model: string): string {
  return requestsOf(model).replace(
    "istio_requests_total",
    "istio_request_duration_milliseconds_bucket",
  );
}
