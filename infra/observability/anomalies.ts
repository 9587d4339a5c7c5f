import type { Contract } from "../../services/contract/contract";
import { series } from "./names";
import { scoreFeature } from "./rates";
import { alert, rateIntervalSeconds, record, select, windowInterval, type RecordingRule, type RuleGroup } from "./rule";

/** What the bands are drawn around; the series carry these as the label `signal`. */
export const signals = ["traffic", "latency", "score", "value"] as const;
type Signal = (typeof signals)[number];

/** Ways to say what is usual; the series of a band carry these as the label `method`. */
export const methods = ["adaptive", "robust", "seasonal"] as const;
type Method = (typeof methods)[number];

/** Deviations from the usual at which a value is an anomaly. Four, since the bands are looked at 720 times a day. */
export const anomalyWidth = 4;

/** A band is never narrower than this share of its centre: a very steady signal would call any change an anomaly. */
const narrowest = 0.05;

/** Requests in five minutes, and rows or outcomes in an hour, below which a mean or a quantile says nothing. */
const minimum = { requests: 20, rows: 30 } as const;

/** Samples of a signal in a day, at one each two minutes, below which nothing is usual yet: six hours. */
const warmUp = 180;

/** What the bands look back on: a day that ended half an hour ago, so that an anomaly is not part of what it is compared with. */
const past = "[1d] offset 30m";

/**
 * Upper edge of each bin as a number. PromQL has no other way from a label to a number: of a histogram whose one finite bucket ends at
 * the edge, the highest quantile is that edge. The last bin has no edge; a score ends at 1.
 */
function upperEdge(bins: string): string {
  const one = `(${bins} * 0 + 1)`;
  const finite = `label_replace(${one}, "le", "$1", "bin", "(.*)") or label_replace(${one}, "le", "+Inf", "", "")`;
  return `clamp_max(histogram_quantile(1, ${finite}), 1)`;
}

function signalRules(contract: Contract): RecordingRule[] {
  const of = (signal: Signal, expr: string) => record(contract, series.signal, expr, { signal });
  const requests = select(contract, series.requests);
  const scores = select(contract, series.bins, { feature: scoreFeature }, 'bin!="+Inf"');
  const last = select(contract, series.bins, { feature: scoreFeature, bin: "+Inf" });
  const hour = (rate: string) => `sum_over_time(${rate}[1h])`;
  const rows = `sum by (version) (${hour(select(contract, series.bins, { feature: scoreFeature }))})`;
  const level = `sum by (version) (${hour(scores)} * ${upperEdge(scores)} or ${hour(last)})`;
  const count = hour(select(contract, series.valueCount));
  return [
    of("traffic", `avg_over_time(${requests}[10m])`),
    of("latency", `${select(contract, series.latency)} and on (model) ${requests} * 300 >= ${minimum.requests}`),
    // Upper edges in place of scores: at most a bin too high, and moves as the mean does.
    of("score", `${level} / (${rows} * ${rateIntervalSeconds} >= ${minimum.rows}) * ${rateIntervalSeconds}`),
    of("value", `${hour(select(contract, series.valueNet))} / (${count} * ${rateIntervalSeconds} >= ${minimum.rows}) * ${rateIntervalSeconds}`),
  ];
}

/** The same hour of the last weeks, as many as are kept; the mean of an hour whose middle is now. */
function sameHour(signal: string): string {
  const offsets = { "1": "167h30m", "2": "335h30m" };
  const weeks = Object.entries(offsets).map(([week, offset]) => `label_replace(avg_over_time(${signal}[1h] offset ${offset}), "week", "${week}", "", "")`);
  return `avg without (week) (${weeks.join(" or ")})`;
}

/** Middle half of normal values in standard deviations. */
const quartileRange = 1.349;

function bandRules(contract: Contract): RecordingRule[] {
  const [signal, residual] = [select(contract, series.signal), select(contract, series.signalResidual)];
  const known = (of: string) => `count_over_time(${of}${past}) >= ${warmUp}`;
  const spread = (of: string) => `(quantile_over_time(0.75, ${of}${past}) - quantile_over_time(0.25, ${of}${past})) / ${quartileRange}`;
  const band = (method: Method, center: string, deviation: string, enough: string) => [
    record(contract, series.bandCenter, `${center} and (${enough})`, { method }),
    record(contract, series.bandDeviation, `${deviation} and (${enough})`, { method }),
  ];
  const seasonal = select(contract, series.bandCenter, { method: "seasonal" });
  return [
    ...band("adaptive", `avg_over_time(${signal}${past})`, `stddev_over_time(${signal}${past})`, known(signal)),
    ...band("robust", `quantile_over_time(0.5, ${signal}${past})`, spread(signal), known(signal)),
    record(contract, series.bandCenter, sameHour(signal), { method: "seasonal" }),
    record(contract, series.signalResidual, `${signal} - ignoring (method) ${seasonal}`),
    record(contract, series.bandDeviation, `${spread(residual)} and (${known(residual)})`, { method: "seasonal" }),
  ];
}

/**
 * Bands around traffic, latency, score and business value. An anomaly is outside the adaptive band (mean and standard deviation of the
 * last day) and the robust one (median and quartiles), unless the same hour of the last weeks was like it (Grafana's
 * promql-anomaly-detection has the same three).
 */
export function anomalyGroup(contract: Contract): RuleGroup {
  const [center, deviation] = [select(contract, series.bandCenter), select(contract, series.bandDeviation)];
  const floor = `(${narrowest} * abs(${center}))`;
  const distance = (method: Method) => select(contract, series.bandDistance, { method });
  const outside = `(${distance("adaptive")} > ${anomalyWidth} and ignoring (method) ${distance("robust")} > ${anomalyWidth}) unless ignoring (method) ${distance("seasonal")} <= ${anomalyWidth}`;
  return {
    name: `${contract.name}-anomalies`,
    interval: windowInterval,
    rules: [
      ...signalRules(contract),
      ...bandRules(contract),
      record(contract, series.bandDistance, `abs(${center} - ignoring (method) group_left () ${select(contract, series.signal)}) / ((${deviation} > ${floor}) or (${floor} > 0 and ${deviation}))`),
      alert(contract, "CausewayAnomaly", outside, "10m", `The {{ $labels.signal }} of ${contract.name} is {{ $value | printf "%.1f" }} deviations from what is usual`),
    ],
  };
}
