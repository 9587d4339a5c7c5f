import { counter, randoms, small, type Scenario } from "./scenario";

const model = small.name;
const traffic = `causeway:requests:rate5m{model="${model}"}`;
const day = 1_440;

/** Requests a second by the hour of a working day and of a day off. */
function office(count: number, factor: (minute: number) => number): string {
  const random = randoms(4);
  const level = (minute: number) =>
    (Math.floor(minute / day) % 7 < 5 ? 1 : 0.3) *
    Math.max(0.05, Math.sin((2 * Math.PI * ((minute % day) - 360)) / day));
  return Array.from({ length: (count * day) / 2 }, (_, i) =>
    (5 * level(i * 2) * (1 + 0.1 * (random() - 0.5)) * factor(i * 2)).toFixed(3),
  ).join(" ");
}

/**
 * No request for two hours of a Tuesday afternoon in the second week; from the Thursday after it
 * half as many again.
 */
const outage = (minute: number) => minute >= 8 * day + 720 && minute < 8 * day + 840;
const growth = (minute: number) => minute >= 10 * day + 600;

/**
 * Requests a second, each two minutes for so many days: a wave over the day, noise, and what `more`
 * adds by minute.
 */
function days(count: number, more: (minute: number) => number): string {
  const random = randoms(3);
  return Array.from({ length: (count * day) / 2 }, (_, i) => {
    const minute = i * 2;
    return (
      20 +
      5 * Math.sin((2 * Math.PI * minute) / day) +
      2 * (random() - 0.5) +
      more(minute)
    ).toFixed(2);
  }).join(" ");
}

/** A batch job from nine to ten, each day. */
const batch = (minute: number) => (minute % day >= 540 && minute % day < 600 ? 60 : 0);

/** What the bands make of traffic and scores. */
export const anomalyScenarios: readonly Scenario[] = [
  {
    title:
      "anomaly bands: a wave over the day is usual, a step to four times as much is not, and is usual a day later",
    covers: ["traffic: seasonality"],
    groups: ["anomalies"],
    stepMinutes: 2,
    inputs: { [traffic]: days(5, (minute) => (minute >= 3 * day + 600 ? 60 : 0)) },
    firing: {
      [day]: [],
      [2 * day]: [],
      [2 * day + 700]: [],
      [3 * day + 590]: [],
      [3 * day + 625]: ["CausewayAnomaly"],
      [5 * day - 10]: [],
    },
  },
  {
    title:
      "anomaly bands: what comes each day at nine is an anomaly until its hour of last week is known",
    groups: ["anomalies"],
    stepMinutes: 2,
    inputs: { [traffic]: days(10, batch) },
    firing: {
      [3 * day + 580]: ["CausewayAnomaly"],
      [3 * day + 900]: [],
      [8 * day + 580]: [],
      [9 * day + 580]: [],
      [9 * day + 1_000]: [],
    },
  },
  {
    title:
      "anomaly bands: a silence by day is unlike last week, and no alarm a week later; a busier week is usual within a day",
    groups: ["anomalies"],
    stepMinutes: 2,
    inputs: { [traffic]: office(17, (minute) => (outage(minute) ? 0 : growth(minute) ? 1.5 : 1)) },
    firing: {
      // Monday after a Sunday, once the season is known: the mean and the median of a day off know
      // nothing of it.
      [7 * day + 900]: [],
      [8 * day + 718]: [],
      [8 * day + 750]: ["CausewayAnomaly"],
      [8 * day + 900]: [],
      [10 * day + 640]: ["CausewayAnomaly"],
      [11 * day + 900]: [],
      [14 * day + 720]: [],
      [15 * day + 780]: [],
      [16 * day + 720]: [],
    },
  },
  {
    title: "anomaly bands: no data, and the first hours of data, have none",
    groups: ["anomalies"],
    stepMinutes: 2,
    inputs: { [traffic]: `_x60 ${days(0.2, batch)}` },
    firing: { 100: [], 360: [] },
  },
  {
    title: "anomaly bands: the level of the score is read from the names of its bins",
    groups: ["rates", "anomalies"],
    inputs: Object.fromEntries(
      [
        ["0.2", 1],
        ["0.5", 1],
        ["+Inf", 2],
      ].map(([bin, rows]) => [
        `causeway_score_bin_total{model="${model}",version="1.0.0",bin="${bin}"}`,
        counter([120, Number(rows)]),
      ]),
    ),
    values: [
      {
        minute: 100,
        expr: 'causeway:signal:value{signal="score"}',
        samples: {
          [`causeway:signal:value{model="${model}",signal="score",version="1.0.0"}`]: 0.675,
        },
      },
    ],
  },
];
