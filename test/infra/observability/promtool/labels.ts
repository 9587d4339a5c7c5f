import { counter, gauge, small, type GroupName, type Scenario } from "./scenario";
import { duration } from "../../../../services/contract/units";

const model = small.name;
const own = `{model="${model}",version="1.0.0"`;
const outcome = (predicted: string, actual: string) =>
  `causeway_outcomes_total${own},predicted="${predicted}",actual="${actual}"}`;
const groupOutcome = (group: string, predicted: string, actual: string) =>
  `causeway_group_outcomes_total${own},attribute="race",group="${group}",predicted="${predicted}",actual="${actual}"}`;
const cells = [
  ["approve", "approve"],
  ["approve", "decline"],
  ["decline", "approve"],
  ["decline", "decline"],
] as const;
const performance: readonly GroupName[] = ["rates", "performance"];

type Matrix = readonly [tp: number, fp: number, fn: number, tn: number];

/** Labels a minute, by predicted and true label, over so many minutes. */
function labelled(
  ...pieces: readonly (readonly [minutes: number, matrix: Matrix, reset?: "reset"])[]
): Record<string, string> {
  return Object.fromEntries(
    cells.map(([predicted, actual], i) => [
      outcome(predicted, actual),
      counter(...pieces.map(([minutes, matrix, reset]) => [minutes, matrix[i]!, reset] as const)),
    ]),
  );
}

/** Predictions a minute of either label, over so many minutes. */
function predicted(
  ...pieces: readonly (readonly [minutes: number, approve: number, decline: number])[]
): Record<string, string> {
  const of = (label: string, which: 1 | 2) => [
    `causeway_predictions_total${own},label="${label}"}`,
    counter(...pieces.map((piece) => [piece[0], piece[which]] as const)),
  ];
  return Object.fromEntries([of("approve", 1), of("decline", 2)]);
}

function byGroup(
  groups: Readonly<Record<string, Matrix>>,
  minutes: number,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([group, matrix]) => [
      ...cells.map(([predicted, actual], i) => [
        groupOutcome(group, predicted, actual),
        counter([minutes, matrix[i]!]),
      ]),
      ...(["approve", "decline"] as const).map((predicted, i) => [
        `causeway_group_decisions_total${own},attribute="race",group="${group}",predicted="${predicted}"}`,
        counter([minutes, matrix[2 * i]! + matrix[2 * i + 1]!]),
      ]),
    ]),
  );
}

// Whole numbers: where two pieces meet, a fraction that is rounded down would look like a restart.
const good: Matrix = [20, 1, 1, 3];
const bad: Matrix = [17, 4, 1, 3];
const sample = (name: string, labels: string, value: number) => ({ [`${name}{${labels}}`]: value });
const of = (name: string, metric: string) => `${name}{metric="${metric}"}`;
const labelsOf = (metric: string) => `metric="${metric}",model="${model}"`;
const measured = (name: string, metric: string, value: number) => ({
  minute: 480,
  expr: `abs(${of(name, metric)} / ${value} - 1) < bool 0.00000001`,
  samples: { [`{${labelsOf(metric)}}`]: 1 },
});

/** What the rules make of true labels; they are judged over seven hours. */
export const labelScenarios: readonly Scenario[] = [
  {
    // 2,688 TP, 252 FP, 168 FN, 252 TN. Intervals: binomtest(2940,
    // 3360).proportion_ci(method="wilson") of SciPy 1.15.3.
    title: "performance: measures and Wilson intervals are those of SciPy",
    groups: performance,
    inputs: labelled([500, [6.4, 0.6, 0.4, 0.6]]),
    values: [
      measured("causeway:performance_trials:window", "accuracy", 3_360),
      measured("causeway:performance:window", "accuracy", 0.875),
      measured("causeway:performance:window", "precision", 2_688 / 2_940),
      measured("causeway:performance:window", "recall", 2_688 / 2_856),
      measured("causeway:performance:window", "f1", 5_376 / 5_796),
      {
        minute: 480,
        expr: `abs(${of("causeway:performance_lower:window", "accuracy")} - 0.8633874771728891) < bool 0.000001`,
        samples: { [`{${labelsOf("accuracy")}}`]: 1 },
      },
      {
        minute: 480,
        expr: `abs(${of("causeway:performance_upper:window", "accuracy")} - 0.8857560335570931) < bool 0.000001`,
        samples: { [`{${labelsOf("accuracy")}}`]: 1 },
      },
    ],
  },
  {
    title: "performance: steady labels are quiet",
    groups: performance,
    inputs: labelled([900, good]),
    firing: { 480: [], 700: [], 890: [] },
  },
  {
    title:
      "performance: a fall of accuracy is told within the hour, a missed gate when the whole interval is below it",
    covers: ["performance: step change"],
    groups: performance,
    inputs: labelled([600, good], [420, bad]),
    firing: {
      599: [],
      605: [],
      665: ["CausewayConceptDrift"],
      1_010: ["CausewayPerformanceDecay"],
    },
  },
  {
    title: "performance: few labels are not judged, however wrong they are",
    covers: ["performance: small n", "performance: low traffic"],
    groups: performance,
    inputs: labelled([900, [0.1, 0.1, 0.1, 0.1]]),
    firing: { 480: [], 890: [] },
  },
  {
    title: "performance: a restart of the server is no fall",
    covers: ["performance: counter reset"],
    groups: performance,
    inputs: labelled([600, good], [200, good, "reset"]),
    firing: { 605: [], 640: [], 790: [] },
  },
  {
    title: "performance: no label is no measure and no alarm",
    covers: ["performance: no data"],
    groups: performance,
    inputs: labelled([600, [0, 0, 0, 0]]),
    firing: { 590: [] },
    values: [{ minute: 590, expr: "causeway:performance:window", samples: {} }],
  },
  {
    // Shares of 0.2 and 0.9 in two bins of 4,200 labels each: (0.2 * 0.8 + 0.9 * 0.1) / 2,
    // deviation 0.24254 of a label's square.
    title:
      "performance: calibration by bin, and the Brier proxy with its interval, above the gate of 0.1",
    groups: performance,
    inputs: Object.fromEntries(
      [
        ["0.5", "approve", 2],
        ["0.5", "decline", 8],
        ["+Inf", "approve", 9],
        ["+Inf", "decline", 1],
      ].map(([bin, actual, add]) => [
        `causeway_outcome_score_bin_total${own},bin="${bin}",actual="${actual}"}`,
        counter([500, Number(add)]),
      ]),
    ),
    firing: { 480: ["CausewayPerformanceDecay"] },
    values: [
      {
        minute: 480,
        expr: "round(causeway:calibration:window, 0.001)",
        samples: {
          [`{bin="0.5",model="${model}",version="1.0.0"}`]: 0.2,
          [`{bin="+Inf",model="${model}",version="1.0.0"}`]: 0.9,
        },
      },
      measured("causeway:performance:window", "brier", 0.125),
      measured(
        "causeway:performance_lower:window",
        "brier",
        0.125 - 1.96 * Math.sqrt((0.07445 - 0.125 ** 2) / 8_400),
      ),
    ],
  },
  {
    // Half of the good applicants are declined; their labels never come.
    title: "performance: labels of the approved alone are no recall of 1.00, and a precision",
    groups: performance,
    contract: {
      ...small,
      gates: { ...small.gates, performance: [{ metric: "recall", min: 0.85 }] },
    },
    inputs: {
      ...labelled([500, [8, 1, 0, 0]]),
      ...predicted([500, 9, 11]),
    },
    firing: { 480: [] },
    values: [
      measured("causeway:performance:window", "precision", 8 / 9),
      ...["accuracy", "recall", "f1", "brier"].map((metric) => ({
        minute: 480,
        expr: of("causeway:performance:window", metric),
        samples: {},
      })),
      {
        minute: 480,
        expr: "abs(causeway:unlabelled:window / (420 * 11) - 1) < bool 0.00000001",
        samples: { [`{model="${model}",predicted="decline"}`]: 1 },
      },
    ],
  },
  {
    title: "labels that stop coming are told after the contract's delay, and not before",
    groups: performance,
    contract: { ...small, slos: { ...small.slos, labelDelay: duration.parse("3 hours") } },
    inputs: {
      ...labelled([300, good], [400, [0, 0, 0, 0]]),
      [`causeway:requests:rate5m{model="${model}"}`]: gauge([700, 5]),
    },
    values: [300, 470].map((minute) => ({
      minute,
      expr: 'ALERTS{alertname="CausewayLabelsMissing",alertstate="firing"}',
      samples: {},
    })),
    firing: { 600: ["CausewayLabelsMissing"] },
  },
  {
    // Black 0.5 of 420 approved, white 0.9 of 4,200; eight Hispanic applicants are too few.
    title:
      "fairness: the lowest selection rate over the highest, without a group that is too small",
    covers: ["fairness: small n"],
    groups: ["rates", "fairness"],
    inputs: byGroup(
      { black: [0.4, 0.1, 0.1, 0.4], white: [8, 1, 0, 1], hispanic: [0, 0, 0.01, 0.01] },
      500,
    ),
    values: [
      {
        minute: 480,
        expr: 'causeway:fairness:window{metric="selection-rate-ratio",window="long"}',
        samples: sample(
          "causeway:fairness:window",
          `attribute="race",metric="selection-rate-ratio",model="${model}",window="long"`,
          0.5 / 0.9,
        ),
      },
      {
        minute: 480,
        expr: 'causeway:fairness:window{metric="demographic-parity-difference",window="long"}',
        samples: sample(
          "causeway:fairness:window",
          `attribute="race",metric="demographic-parity-difference",model="${model}",window="long"`,
          0.4,
        ),
      },
      // True positive rates 0.8 and 1, false positive rates 0.2 and 0.5.
      {
        minute: 480,
        expr: 'causeway:fairness:window{metric="equalized-odds-difference",window="long"}',
        samples: sample(
          "causeway:fairness:window",
          `attribute="race",metric="equalized-odds-difference",model="${model}",window="long"`,
          0.3,
        ),
      },
    ],
    firing: { 480: ["CausewayFairnessLimit"] },
  },
  {
    title: "fairness: labels of the approved alone say nothing of missed applicants by group",
    groups: ["rates", "performance", "fairness"],
    inputs: {
      ...labelled([500, [8, 1, 0, 0]]),
      ...predicted([500, 9, 11]),
      ...byGroup({ black: [2, 0.5, 0, 0], white: [6, 0.5, 0, 0] }, 500),
    },
    values: [
      {
        minute: 480,
        expr: 'causeway:fairness:window{metric="equalized-odds-difference"}',
        samples: {},
      },
    ],
  },
  {
    title: "fairness: groups that fare alike are quiet, and so is a gap that chance explains",
    groups: ["rates", "fairness"],
    inputs: byGroup({ black: [0.1, 0.02, 0.01, 0.04], white: [8, 1, 0.2, 1] }, 500),
    firing: { 480: [] },
  },
  {
    title: "business value: mean and interval",
    groups: ["rates", "value"],
    inputs: {
      [`causeway_business_value_count_total${own}}`]: counter([500, 2]),
      [`causeway_business_value_total${own},sign="gain"}`]: counter([500, 30]),
      [`causeway_business_value_total${own},sign="loss"}`]: counter([500, 10]),
      [`causeway_business_value_squares_total${own}}`]: counter([500, 400]),
    },
    values: [
      {
        minute: 480,
        expr: "causeway:business_value:mean",
        samples: sample("causeway:business_value:mean", `model="${model}"`, 10),
      },
      // 840 outcomes with standard deviation 10.
      {
        minute: 480,
        expr: "causeway:business_value:lower",
        samples: sample(
          "causeway:business_value:lower",
          `model="${model}"`,
          10 - (1.96 * 10) / Math.sqrt(840),
        ),
      },
      {
        minute: 480,
        expr: "causeway:business_value:upper",
        samples: sample(
          "causeway:business_value:upper",
          `model="${model}"`,
          10 + (1.96 * 10) / Math.sqrt(840),
        ),
      },
    ],
  },
];
