import type { Alarm } from "../../../lab/week/alarms";
import { instantOf, minutesPerDay, minutesPerWeek } from "../../../lab/week/calendar";
import type { Detector } from "../../../lab/week/detectors";
import { usual } from "../../../lab/week/events";
import { weekPage } from "../../../lab/week/report";
import type { WeekResult } from "../../../lab/week/result";
import { scoresOf, toldIn } from "../../../lab/week/scores";
import { delayText, rowsOf, table } from "../../../lab/week/table";

const detectors: readonly Detector[] = [
  { name: "CausewayFeatureDrift", family: "causeway", kind: "feature" },
  { name: "CausewayAnomaly", family: "anomaly bands", kind: "value", only: { signal: "value" } },
  {
    name: "CausewayAnomaly",
    family: "anomaly bands",
    kind: "traffic",
    only: { signal: "traffic" },
  },
  { name: "3 sigma, feature", family: "3 sigma", kind: "feature" },
];
const alarm = (from: number, labels: Record<string, string> = {}): Alarm => ({
  labels,
  from: instantOf(from),
  to: instantOf(from + 60),
});
const event = {
  name: "feature step",
  kind: "feature" as const,
  text: "a step",
  from: 600,
  to: minutesPerDay,
  effects: () => usual,
};
const start = 2 * minutesPerWeek;
const scores = scoresOf({
  detectors,
  clean: {
    found: new Map([
      ["3 sigma, feature", [alarm(100), alarm(3_000)]],
      ["CausewayAnomaly", [alarm(4_000, { signal: "value" })]],
    ]),
    stretch: { from: minutesPerDay, to: minutesPerDay + minutesPerWeek },
  },
  few: {
    found: new Map([["CausewayFeatureDrift", [alarm(2_000), alarm(2_500)]]]),
    stretch: { from: 0, to: minutesPerWeek },
  },
  scenarios: [
    {
      start,
      events: [event],
      found: new Map([
        ["CausewayFeatureDrift", [alarm(start + 500), alarm(start + 845)]],
        ["3 sigma, feature", [alarm(start + 500)]],
      ]),
    },
  ],
});

test("a family is scored by kind: alarms before an event have not found it, those of the warm-up do not count", () => {
  expect(scores).toEqual([
    {
      kind: "feature",
      family: "causeway",
      falseAlarmsPerWeek: 0,
      shareFiring: 0,
      fewFalseAlarmsPerWeek: 2,
      delays: { "feature step": 245 },
    },
    {
      kind: "feature",
      family: "3 sigma",
      falseAlarmsPerWeek: 1,
      shareFiring: 60 / minutesPerWeek,
      fewFalseAlarmsPerWeek: 0,
      delays: { "feature step": null },
    },
    { kind: "traffic", family: "anomaly bands", falseAlarmsPerWeek: 0, shareFiring: 0, delays: {} },
    {
      kind: "value",
      family: "anomaly bands",
      falseAlarmsPerWeek: 1,
      shareFiring: 60 / minutesPerWeek,
      delays: {},
    },
  ]);
});

test("the alarms of a scenario are in its own minutes", () => {
  const found = new Map([
    ["CausewayAnomaly", [alarm(start + 30, { signal: "value", model: "m" })]],
    ["CausewayFeatureDrift", [{ labels: { feature: "hrat" }, from: instantOf(start + 50) }]],
  ]);
  expect(toldIn(detectors, found, { from: start, to: start + 100 })).toEqual([
    { detector: "CausewayFeatureDrift", family: "causeway", labels: "hrat", from: 50, to: 100 },
    { detector: "CausewayAnomaly", family: "anomaly bands", labels: "value", from: 30, to: 90 },
  ]);
});

test("the table has a line for each family and event", () => {
  expect(rowsOf({ scores })).toEqual([
    ["feature drift", "feature step", "causeway", "4 h 5 min", "0.0", "0.0%", "2.0"],
    ["feature drift", "feature step", "3 sigma", "not found", "1.0", "0.6%", "0.0"],
  ]);
  expect(
    table({ scores })
      .split("\n")
      .map((line) => line.length),
  ).toEqual(Array.from({ length: 4 }, () => table({ scores }).indexOf("\n")));
  expect([delayText(45.4), delayText(119), delayText(120), delayText(null)]).toEqual([
    "45 min",
    "119 min",
    "2 h 0 min",
    "not found",
  ]);
});

test("the page shows each scenario with its event and its alarms", () => {
  const result: WeekResult = {
    model: "loan-approval",
    seed: 0,
    weeks: 2,
    perDay: 3_000,
    fewPerDay: 300,
    cleanDays: 13,
    predictions: 36_000,
    labels: 35_000,
    queries: 4_000,
    scores,
    seconds: 150,
    scrape: { scrapes: 12, series: 440, families: 33, rules: 150, predictions: 200 },
    scenarios: [
      {
        name: "step in a feature",
        length: minutesPerDay,
        events: [
          { name: event.name, kind: event.kind, text: event.text, from: event.from, to: event.to },
        ],
        told: [
          {
            detector: "CausewayFeatureDrift",
            family: "causeway",
            labels: "hrat",
            from: 845,
            to: 1_440,
          },
        ],
      },
    ],
    clean: { length: start, told: [] },
  };
  const page = weekPage(result);
  expect(page).toContain('<rect class="event"');
  expect(page.match(/<rect class="alarm family-0"/g)).toHaveLength(1);
  expect(page).toContain("<title>CausewayFeatureDrift hrat</title>");
  expect(page).toContain("no alarm");
  expect(page).not.toMatch(/NaN|undefined/);
});
