import { counter, gauge, type Scenario } from "./scenario";
import { model, own } from "./situation-series";

export const cells = [
  ["approve", "approve"],
  ["approve", "decline"],
  ["decline", "approve"],
  ["decline", "decline"],
] as const;
export type Matrix = readonly [tp: number, fp: number, fn: number, tn: number];

const groupSeries = (group: string, [predicted, actual]: readonly [string, string]) =>
  `causeway_group_outcomes_total${own},attribute="race",group="${group}",predicted="${predicted}",actual="${actual}"}`;

const decided = (group: string, predicted: string) =>
  `causeway_group_decisions_total${own},attribute="race",group="${group}",predicted="${predicted}"}`;

function byGroup(
  groups: Readonly<
    Record<string, readonly (readonly [minutes: number, matrix: Matrix, reset?: "reset"])[]>
  >,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([group, pieces]) => {
      const counted = (of: (matrix: Matrix) => number) =>
        counter(...pieces.map(([minutes, matrix, reset]) => [minutes, of(matrix), reset] as const));
      return [
        ...cells.map(
          (cell, i) => [groupSeries(group, cell), counted((matrix) => matrix[i] ?? 0)] as const,
        ),
        [decided(group, "approve"), counted(([hits, alarms]) => hits + alarms)] as const,
        [decided(group, "decline"), counted(([, , missed, quiet]) => missed + quiet)] as const,
      ];
    }),
  );
}

/** Labels that come by day: an hour of many, an hour of few. */
export function tides(hours: number, matrix: Matrix): (readonly [number, Matrix])[] {
  const scaled = (factor: number): Matrix => [
    matrix[0] * factor,
    matrix[1] * factor,
    matrix[2] * factor,
    matrix[3] * factor,
  ];
  return Array.from({ length: hours }, (_, hour) => [60, scaled(hour % 2 === 0 ? 4 : 1)] as const);
}

const alike: Matrix = [8, 1, 0, 1];
const harmed: Matrix = [2, 0, 6, 2];
const labelGroups = ["rates", "fairness"] as const;

export const fairnessScenarios: readonly Scenario[] = [
  {
    title: "fairness: harm that begins is told while the window still holds the time before",
    covers: ["fairness: step change"],
    groups: labelGroups,
    inputs: byGroup({
      white: [[1_000, alike]],
      black: [
        [600, alike],
        [400, harmed],
      ],
    }),
    firing: { 599: [], 610: [], 900: ["CausewayFairnessLimit"] },
  },
  {
    // 40% of the black applicants are approved in place of 90%: over seven hours the ratio is above
    // 0.9 still.
    title:
      "fairness: a great harm is told by the newest window, long before the other holds enough of it",
    groups: labelGroups,
    inputs: byGroup({
      white: [[560, [80, 10, 0, 10]]],
      black: [
        [500, [8, 1, 0, 1]],
        [60, [4, 0, 4, 2]],
      ],
    }),
    firing: { 499: [], 550: ["CausewayFairnessLimit"] },
    values: [
      {
        minute: 550,
        expr: 'group by (window) (ALERTS{alertname="CausewayFairnessLimit",alertstate="firing"})',
        samples: { '{window="short"}': 1 },
      },
      {
        minute: 550,
        expr: 'causeway:fairness:window{metric="selection-rate-ratio",window="long"} < bool 0.9',
        samples: {
          [`{attribute="race",metric="selection-rate-ratio",model="${model}",window="long"}`]: 0,
        },
      },
    ],
  },
  {
    // 0.78 throughout, of some 350 labels an hour: beyond the limit, and not by more than chance;
    // nor has it got worse.
    title:
      "fairness: a ratio that has always been a little beyond the limit is no news of the newest window",
    groups: labelGroups,
    inputs: byGroup({ white: [[700, [8, 1, 0, 1]]], black: [[700, [2, 0.34, 0, 1]]] }),
    firing: { 480: [], 690: [] },
    values: [
      {
        minute: 690,
        expr: 'causeway:fairness:window{metric="selection-rate-ratio",window="short"} < bool 0.8',
        samples: {
          [`{attribute="race",metric="selection-rate-ratio",model="${model}",window="short"}`]: 1,
        },
      },
    ],
  },
  {
    title: "fairness: without labels by group there is no measure and no alarm",
    covers: ["fairness: no data"],
    groups: labelGroups,
    inputs: { up: gauge([600, 1]) },
    firing: { 590: [] },
    values: [{ minute: 590, expr: "causeway:fairness:window", samples: {} }],
  },
  {
    title: "fairness: a restart of the server is no harm",
    covers: ["fairness: counter reset"],
    groups: labelGroups,
    inputs: byGroup({
      white: [
        [500, alike],
        [300, alike, "reset"],
      ],
      black: [
        [500, alike],
        [300, alike, "reset"],
      ],
    }),
    firing: { 499: [], 505: [], 530: [], 790: [] },
  },
  {
    title:
      "fairness: labels of one group that come at other hours than those of the other are no harm",
    covers: ["fairness: seasonality"],
    groups: labelGroups,
    inputs: byGroup({ white: tides(15, alike), black: [[60, alike], ...tides(14, alike)] }),
    firing: { 480: [], 520: [], 570: [], 890: [] },
  },
  {
    title: "fairness: groups below the contract's minimum are not judged, however they fare",
    covers: ["fairness: low traffic"],
    groups: labelGroups,
    inputs: byGroup({ white: [[700, [0.03, 0, 0, 0]]], black: [[700, [0, 0, 0.03, 0.03]]] }),
    firing: { 480: [], 690: [] },
    values: [
      { minute: 690, expr: 'causeway:fairness:window{metric="selection-rate-ratio"}', samples: {} },
    ],
  },
];
