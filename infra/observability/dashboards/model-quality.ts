import type { Contract } from "../../../services/contract/contract";
import { durationText } from "../../../services/contract/units";
import { anomalyWidth, signals } from "../anomalies";
import { fairnessConfidence } from "../fairness";
import { labelsNeeded } from "../../gates/labels";
import { series, type SeriesName } from "../../gates/series";
import { scoreFeature } from "../../../services/contract/metrics";
import { digits, select } from "../../gates/rule";
import { fallDeviations } from "../performance";
import { windowsOf } from "../../gates/rule";
import { labelName } from "../../gates/unlabelled";
import type { Limit, PanelContent, Query, Row } from "./grafana";

type Interval = readonly [value: SeriesName, lower: SeriesName, upper: SeriesName];
const measured: Interval = [series.performance, series.performanceLower, series.performanceUpper];
const fairness: Interval = [series.fairness, series.fairnessLower, series.fairnessUpper];
const value: Interval = [series.value, series.valueLower, series.valueUpper];

/** A value with its 95% interval as an area. */
function withInterval(
  contract: Contract,
  [middle, lower, upper]: Interval,
  labels: Readonly<Record<string, string>>,
  legend: string,
): Query[] {
  return [
    { expr: select(contract, middle, labels), legend },
    { expr: select(contract, lower, labels), legend: "lower", edge: "lower" },
    { expr: select(contract, upper, labels), legend: "upper", edge: "upper" },
  ];
}

function limitOf({
  min,
  max,
}: { readonly min?: number | undefined; readonly max?: number | undefined } = {}):
  Limit | undefined {
  if (min !== undefined) return { value: min, bad: "below" };
  return max === undefined ? undefined : { value: max, bad: "above" };
}

const measures = ["accuracy", "precision", "recall", "f1", "brier"] as const;

/** Measures from true labels against the gates of the contract. */
export function performanceRow(contract: Contract): Row {
  const { gates, slos } = contract;
  const { labels } = windowsOf(contract);
  const panels = measures.map((metric): PanelContent => {
    const gate = gates.performance.find((each) => each.metric === metric);
    return {
      title: metric === "f1" ? "F1" : metric.charAt(0).toUpperCase() + metric.slice(1),
      unit: "percentunit",
      axis: "data",
      queries: withInterval(contract, measured, { metric }, metric),
      limit: limitOf(gate),
      noValue: notShown(contract, metric),
      description: `Over ${labels}, with its 95% interval.${gate === undefined ? "" : " The limit is the contract's gate."}`,
    };
  });
  const arriving: PanelContent = {
    title: "True labels",
    unit: "cps",
    queries: [{ expr: select(contract, series.labels), legend: "a second" }],
    description: `Labels may take ${durationText(slos.labelDelay)}.`,
  };
  const missing: PanelContent = {
    title: "Predictions whose true labels do not come",
    unit: "none",
    queries: [{ expr: select(contract, series.unlabelled), legend: "{{predicted}}" }],
    noValue: "None: both kinds of predictions get labels, or neither does",
    description: `Labels that would be expected over ${labels} if every kind of prediction had as many; fewer than half of them came.`,
  };
  return { title: "Performance, from true labels", panels: [...panels, arriving, missing] };
}

/** Why a measure from true labels may be empty. */
function notShown(contract: Contract, metric: string): string {
  const needed = labelsNeeded(metric).map((of) => labelName(contract, of));
  return `Not shown: needs true labels of what was predicted ${needed.join(", and of ")}`;
}

/** Drift of features, score and concept, each against the threshold that chance sets. */
export function driftRow(contract: Contract): Row {
  return { title: "Drift", panels: [...populationPanels(contract), ...conceptPanels(contract)] };
}

/** Whether what comes in and goes out is still distributed as it was. */
function populationPanels(contract: Contract): PanelContent[] {
  const { drift } = contract;
  const against = (by: string, matcher: string) =>
    `max by (${by}) (${select(contract, series.psi, {}, matcher)} / ${select(contract, series.psiThreshold, {}, matcher)})`;
  const limit: Limit = { value: 1, bad: "above" };
  const description = `Population stability index over ${durationText(drift.window)}, as a multiple of what a window of as many rows exceeds by chance with significance ${drift.significance} over all features.`;
  return [
    {
      title: "Features, against their threshold",
      unit: "none",
      queries: [{ expr: against("feature", `feature!="${scoreFeature}"`), legend: "{{feature}}" }],
      limit,
      description,
      width: 12,
    },
    {
      title: "Score, against its threshold",
      unit: "none",
      queries: [{ expr: against("version", `feature="${scoreFeature}"`), legend: "{{version}}" }],
      limit,
      description,
      width: 12,
    },
  ];
}

/** Whether the same inputs still mean the same. */
function conceptPanels(contract: Contract): PanelContent[] {
  const { drift } = contract;
  return [
    {
      title: "Fall of accuracy",
      unit: "none",
      axis: "data",
      queries: [{ expr: select(contract, series.accuracyFall), legend: "standard deviations" }],
      limit: { value: Number(digits(fallDeviations(contract))), bad: "above" },
      description: `The newest ${durationText(drift.window)} against the windows before: concept drift.`,
    },
    {
      title: "Accuracy, newest and before",
      unit: "percentunit",
      max: 1,
      queries: [
        { expr: select(contract, series.accuracyRecent), legend: "newest" },
        { expr: select(contract, series.accuracyBefore), legend: "before" },
      ],
    },
    {
      title: "Calibration",
      unit: "percentunit",
      max: 1,
      queries: [
        {
          expr: `sum by (bin) (${select(contract, series.calibration)} * ${select(contract, series.calibrationRows)}) / sum by (bin) (${select(contract, series.calibrationRows)})`,
          legend: "score up to {{bin}}",
        },
      ],
      description: "Share of true positives by bin of the score.",
    },
  ];
}

/** Rates by group, and each fairness measure that the contract gates. */
export function fairnessRow(contract: Contract): Row {
  return { title: "Fairness", panels: [...ratesByGroup(contract), ...gatedMeasures(contract)] };
}

function ratesByGroup(contract: Contract): PanelContent[] {
  const { gates, protectedAttributes } = contract;
  return protectedAttributes.flatMap(({ name: attribute }): PanelContent[] => [
    {
      title: `Selection rate by ${attribute}`,
      unit: "percentunit",
      max: 1,
      queries: [
        {
          expr: select(contract, series.groupRate, {
            attribute,
            rate: "selection",
            window: "long",
          }),
          legend: "{{group}}",
        },
      ],
      description: `Groups of at least ${gates.minimumGroupSize}.`,
    },
    {
      title: `Error rates by ${attribute}`,
      unit: "percentunit",
      max: 1,
      queries: [
        {
          expr: select(
            contract,
            series.groupRate,
            { attribute, window: "long" },
            'rate!="selection"',
          ),
          legend: "{{group}}, {{rate}}",
        },
      ],
      noValue: notShown(contract, "equalized-odds-difference"),
      description: "Rates whose largest difference is the equalized odds difference.",
    },
  ]);
}

function gatedMeasures(contract: Contract): PanelContent[] {
  const { labels, drift } = windowsOf(contract);
  return contract.gates.fairness.map(({ metric, attribute, ...gate }): PanelContent => ({
    title: `${metric} by ${attribute}`,
    unit: "percentunit",
    axis: "data",
    queries: [
      ...withInterval(contract, fairness, { metric, attribute, window: "long" }, labels),
      {
        expr: select(contract, series.fairness, { metric, attribute, window: "short" }),
        legend: drift,
      },
    ],
    limit: limitOf(gate),
    description: `Over ${labels} with its ${fairnessConfidence}% interval, and over ${drift}; the limit is the contract's gate.`,
  }));
}

/** What an outcome is worth to the business. */
export function valueRow(contract: Contract): Row {
  return {
    title: "Business value",
    panels: [
      {
        title: "Value of a request whose outcome is known",
        unit: "none",
        axis: "data",
        width: 12,
        queries: withInterval(contract, value, {}, "mean"),
        description: "In the unit that feedback brings, with its 95% interval.",
      },
      {
        title: "Outcomes with a value",
        unit: "none",
        width: 12,
        queries: [
          {
            expr: select(contract, series.valueCountWindow),
            legend: `in ${windowsOf(contract).labels}`,
          },
        ],
      },
    ],
  };
}

/** Each signal inside the bands of what is usual. */
export function usualRow(contract: Contract): Row {
  return {
    title: "Against what is usual",
    panels: signals.map((signal): PanelContent => {
      const band = (sign: "+" | "-", labels: Readonly<Record<string, string>>) =>
        `${select(contract, series.bandCenter, { signal, ...labels })} ${sign} ${anomalyWidth} * ${select(contract, series.bandDeviation, { signal, ...labels })}`;
      const edge = (sign: "+" | "-") =>
        `${band(sign, { method: "seasonal", week: "1" })} or ignoring (method, week) ${band(sign, { method: "robust" })}`;
      return {
        title: `Usual ${signal}`,
        unit: signal === "latency" ? "s" : "none",
        axis: "data",
        width: 6,
        queries: [
          {
            expr: select(contract, series.signal, { signal }),
            legend: signal === "score" ? "{{version}}" : signal,
          },
          { expr: edge("-"), legend: "lower", edge: "lower" },
          { expr: edge("+"), legend: "upper", edge: "upper" },
        ],
        description: `The area is ${anomalyWidth} deviations around the same hour of last week, or around the median of the last day while that is not known.`,
      };
    }),
  };
}
