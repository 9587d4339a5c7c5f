import { requestsOf } from "../../../../infra/gates/requests";
import { counter, gauge, small, type Scenario } from "./scenario";
import { day, each, model, noise, own, wave } from "./situation-series";
import { cells, fairnessScenarios, tides, type Matrix } from "./group-situations";

/**
 * Recorded rates of business value: a mean a decision, give or take as much, and decisions a
 * second.
 */
function worth(
  days: number,
  mean: (minute: number) => number,
  decisions: number,
): Record<string, string> {
  return {
    [`causeway:value_net:rate5m{model="${model}"}`]: each(
      days,
      (minute, random) => decisions * mean(minute) * noise(random),
    ),
    [`causeway:value_squares:rate5m{model="${model}"}`]: each(
      days,
      (minute) => 2 * decisions * mean(minute) ** 2,
    ),
    [`causeway:value_count:rate5m{model="${model}"}`]: each(days, () => decisions),
  };
}

/** Some of the edges of Istio's histogram of durations, in milliseconds. */
const edges = [10, 25, 50, 100, 250, 500] as const;

/**
 * Answers a second as the proxy counts them, 95% of them within `seconds` (exponential: 3 means are
 * exceeded by 5%).
 */
function latency(
  days: number,
  seconds: (minute: number) => number,
  requests: number,
): Record<string, string> {
  const bucket = requestsOf(model).replace(
    "istio_requests_total",
    "istio_request_duration_milliseconds_bucket",
  );
  const counted = (share: (minute: number) => number) => {
    let total = 0;
    return each(days, (minute) => (total += requests * 120 * share(minute)));
  };
  return {
    ...Object.fromEntries(
      edges.map((edge) => [
        bucket.replace("}", `,le="${edge}"}`),
        counted((minute) => 1 - Math.exp((-3 * edge) / (1_000 * seconds(minute)))),
      ]),
    ),
    [bucket.replace("}", ',le="+Inf"}')]: counted(() => 1),
    [`causeway:requests:rate5m{model="${model}"}`]: each(days, () => requests),
  };
}

const valueCounters = (
  ...pieces: readonly (readonly [minutes: number, mean: number, reset?: "reset"])[]
) => {
  const of = (add: (mean: number) => number) =>
    counter(...pieces.map(([minutes, mean, reset]) => [minutes, add(mean), reset] as const));
  return {
    [`causeway_business_value_count_total${own}}`]: of(() => 2),
    [`causeway_business_value_total${own},sign="gain"}`]: of((mean) => 2 * mean),
    [`causeway_business_value_total${own},sign="loss"}`]: of(() => 0),
    [`causeway_business_value_squares_total${own}}`]: of((mean) => 2 * mean ** 2),
  };
};

const valueScenarios: readonly Scenario[] = [
  {
    title: "business value: a fall by two fifths is an anomaly within hours",
    covers: ["value: step change"],
    groups: ["anomalies"],
    stepMinutes: 2,
    inputs: worth(3, (minute) => (minute < 2 * day ? 10 : 6), 0.2),
    firing: { [2 * day - 2]: [], [2 * day + 240]: ["CausewayAnomaly"] },
    values: [
      {
        minute: 2 * day + 240,
        expr: 'group by (signal) (ALERTS{alertstate="firing"})',
        samples: { '{signal="value"}': 1 },
      },
    ],
  },
  {
    title: "business value: decisions that are worth more by day are usual",
    covers: ["value: seasonality"],
    groups: ["anomalies"],
    stepMinutes: 2,
    inputs: worth(4, (minute) => 10 * wave(minute), 0.2),
    firing: { [2 * day]: [], [2 * day + 360]: [], [3 * day + 360]: [], [3 * day + 1_080]: [] },
  },
  {
    title: "business value: without one there is no mean and no alarm",
    covers: ["value: no data"],
    groups: ["rates", "value", "anomalies"],
    inputs: { up: gauge([600, 1]) },
    firing: { 590: [] },
    values: [
      {
        minute: 590,
        expr: 'causeway:business_value:mean or causeway:signal:value{signal="value"}',
        samples: {},
      },
    ],
  },
  {
    title: "business value: a restart of the server leaves the mean as it is",
    covers: ["value: counter reset"],
    groups: ["rates", "value"],
    inputs: valueCounters([300, 10], [300, 10, "reset"]),
    values: [290, 310, 590].map((minute) => ({
      minute,
      expr: "round(causeway:business_value:mean, 0.001)",
      samples: { [`{model="${model}"}`]: 10 },
    })),
  },
  {
    title: "business value: the mean of a few decisions is not judged",
    covers: ["value: small n", "value: low traffic"],
    groups: ["anomalies"],
    stepMinutes: 2,
    inputs: worth(3, (minute) => (minute < 2 * day ? 10 : -50), 0.001),
    firing: { [2 * day + 240]: [], [3 * day - 10]: [] },
    values: [{ minute: 3 * day - 10, expr: 'causeway:band:distance{signal="value"}', samples: {} }],
  },
];

/** Value counters of decisions that are worth `mean`, give or take `spread`. */
const spreadCounters = (
  mean: readonly (readonly [minutes: number, mean: number])[],
  spread: number,
) => {
  const of = (add: (mean: number) => number) =>
    counter(...mean.map(([minutes, value]) => [minutes, add(value)] as const));
  return {
    [`causeway_business_value_count_total${own}}`]: of(() => 2),
    [`causeway_business_value_total${own},sign="gain"}`]: of((value) => 2 * value),
    [`causeway_business_value_total${own},sign="loss"}`]: of(() => 0),
    [`causeway_business_value_squares_total${own}}`]: of((value) => 2 * (value ** 2 + spread ** 2)),
  };
};

const fallScenarios: readonly Scenario[] = [
  {
    title:
      "business value: a fall that an hour does not show is told once the newest window shows it",
    groups: ["rates", "value"],
    inputs: spreadCounters(
      [
        [500, 10],
        [200, 6],
      ],
      8,
    ),
    firing: { 499: [], 520: [], 600: ["CausewayValueFall"] },
    // 120 outcomes at 6, 840 at 10, deviation 8 each.
    values: [
      {
        minute: 565,
        expr: `abs(causeway:business_value_fall:deviations / ${4 / Math.sqrt(64 / 120 + 64 / 840)} - 1) < bool 0.05`,
        samples: { [`{model="${model}"}`]: 1 },
      },
    ],
    contract: { ...small, drift: { ...small.drift, minimumSamples: 100 } },
  },
  {
    title: "business value: a rise, a steady mean and a first hour are no fall",
    groups: ["rates", "value"],
    inputs: spreadCounters(
      [
        [60, 20],
        [300, 10],
        [300, 14],
      ],
      8,
    ),
    contract: { ...small, drift: { ...small.drift, minimumSamples: 100 } },
    firing: { 90: [], 355: [], 600: [] },
  },
];

const answered = requestsOf(model, { response_code: "200" });

const timed = (name: string, more = "") =>
  `causeway_request_duration_seconds_${name}${own},operation="predict"${more}}`;

const durations = (
  ...pieces: readonly (readonly [minutes: number, all: number, late: number, reset?: "reset"])[]
) => ({
  [`causeway_ready${own}}`]: gauge([pieces.reduce((sum, [minutes]) => sum + minutes, 0), 1]),
  [answered]: counter(...pieces.map(([minutes, all, , reset]) => [minutes, all, reset] as const)),
  [timed("count")]: counter(
    ...pieces.map(([minutes, all, , reset]) => [minutes, all, reset] as const),
  ),
  [timed("bucket", ',le="0.1"')]: counter(
    ...pieces.map(([minutes, all, late, reset]) => [minutes, all - late, reset] as const),
  ),
});

const latencyScenarios: readonly Scenario[] = [
  {
    title: "latency: answers that take longer by day are usual",
    covers: ["latency: seasonality"],
    groups: ["anomalies"],
    stepMinutes: 2,
    inputs: latency(4, (minute) => 0.03 * wave(minute), 5),
    firing: { [2 * day + 360]: [], [3 * day + 360]: [], [3 * day + 1_080]: [] },
  },
  {
    title: "latency: a step to three times as long is an anomaly within half an hour",
    groups: ["anomalies"],
    stepMinutes: 2,
    inputs: latency(3, (minute) => (minute < 2 * day ? 0.03 : 0.09), 0.05),
    firing: { [2 * day - 2]: [], [2 * day + 34]: ["CausewayAnomaly"] },
  },
  {
    title: "latency: the highest of a handful of answers is not judged",
    covers: ["latency: low traffic"],
    groups: ["anomalies"],
    stepMinutes: 2,
    inputs: latency(3, (minute) => (minute < 2 * day ? 0.03 : 0.3), 0.01),
    firing: { [2 * day + 80]: [] },
    values: [
      { minute: 2 * day + 80, expr: 'causeway:signal:value{signal="latency"}', samples: {} },
    ],
  },
  {
    title: "latency: a late answer among few is no page",
    covers: ["latency: small n"],
    groups: ["requests", "objectives"],
    inputs: durations([200, 1, 0], [1, 1, 1], [199, 1, 0]),
    firing: { 202: [], 215: [], 300: [] },
  },
  {
    title: "latency and traffic: a server and a proxy that restart are neither late nor silent",
    covers: ["latency: counter reset", "traffic: counter reset"],
    groups: ["requests", "objectives", "anomalies"],
    inputs: durations([600, 300, 1], [240, 300, 1, "reset"]),
    firing: { 599: [], 602: [], 615: [], 830: [] },
  },
  {
    title: "traffic: the silence of a model with a few requests a day is no news",
    covers: ["traffic: low traffic", "traffic: small n"],
    groups: ["requests", "objectives"],
    inputs: durations([1_600, 1, 0], [120, 0, 0]),
    firing: { 1_590: [], 1_715: [] },
  },
  {
    title: "traffic: an office that closes at the same hour each day is no silence",
    groups: ["requests", "objectives"],
    inputs: durations([600, 300, 1], [840, 0, 0], [600, 300, 1], [200, 0, 0]),
    firing: { 630: [], 2_050: [], 2_075: [], 2_200: [] },
  },
];

const outcomes = (pieces: readonly (readonly [number, Matrix])[]) =>
  Object.fromEntries(
    cells.map(([predicted, actual], i) => [
      `causeway_outcomes_total${own},predicted="${predicted}",actual="${actual}"}`,
      counter(...pieces.map(([minutes, matrix]) => [minutes, matrix[i] ?? 0] as const)),
    ]),
  );

/** What no other file has: every subject in every situation, with those of the others. */
export const situationScenarios: readonly Scenario[] = [
  ...valueScenarios,
  ...fallScenarios,
  ...latencyScenarios,
  ...fairnessScenarios,
  {
    title: "performance: labels that come in tides are no fall",
    covers: ["performance: seasonality"],
    groups: ["rates", "performance"],
    inputs: outcomes(tides(15, [20, 1, 1, 3])),
    firing: { 480: [], 570: [], 660: [], 890: [] },
  },
];
