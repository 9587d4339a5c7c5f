import type { Contract } from "../../services/contract/contract";
import { templateText } from "../gates/quoting";
import { series, type SeriesName } from "../gates/series";
import {
  alert,
  counted,
  digits,
  record,
  select,
  windowInterval,
  type AlertingRule,
  type RecordingRule,
  type RuleGroup,
} from "../gates/rule";
import { predictedLabels, unlabelledOf } from "../gates/unlabelled";
import { chiSquareTail, normalQuantile, sharedLevel } from "../gates/statistics";
import { labelWindows, windowsOf } from "../gates/rule";

/** Rates that are compared between groups. */
const rates = {
  selection: "selection",
  truePositive: "true-positive",
  falsePositive: "false-positive",
} as const;

/**
 * Windows of decisions and labels by group, the series' label `window`: what is judged, the newest of it, and
 * what the newest is compared with.
 */
type FairnessWindow = "long" | "short" | "before";

type FairnessMetric = Contract["gates"]["fairness"][number]["metric"];

/**
 * A gate judged over the long window alone, by a 95% interval, would be wrong as often as this
 * level is crossed by chance.
 */
const alone = normalQuantile(0.025);

/** Share of those false alarms that the long window keeps; the short one gets the rest. */
const longShare = 0.5;

/** Rates that each difference is the largest over. */
const differences = {
  "demographic-parity-difference": [rates.selection],
  "equalized-odds-difference": [rates.truePositive, rates.falsePositive],
} as const;

/**
 * Deviations that each window must show, so that both together are wrong no more often than the
 * long one would be alone: the short one is looked at more often than the long one by as much as it
 * is shorter, and it may fall in each rate that the measure is over, by the one group's loss or by
 * the other's gain (Bonferroni). The long one asks for a side of the gate, so those are not added
 * to it.
 */
export function fairnessDeviations(metric: FairnessMetric): {
  readonly long: number;
  readonly short: number;
} {
  const over = metric === "selection-rate-ratio" ? 1 : differences[metric].length;
  return {
    long: sharedLevel(alone, longShare),
    short: sharedLevel(alone, (1 - longShare) / (labelWindows * 2 * over)),
  };
}

/**
 * Deviations of the interval that is recorded with each measure: what the long window is judged by.
 */
const z = digits(fairnessDeviations("selection-rate-ratio").long);

/** Its two-sided confidence, in percent. */
export const fairnessConfidence = (100 * (1 - chiSquareTail(Number(z) ** 2, 1))).toFixed(1);

/** What tells the rows of one comparison: groups of an attribute within a window, by rate. */
const comparison = "attribute, rate, window";

/**
 * Rates of each group that has at least the contract's minimum of rows to take the rate over. Those
 * over true labels are empty where predictions have none.
 */
function groupRules(contract: Contract): RecordingRule[] {
  const { positiveLabel: yes, negativeLabel: no } = contract.target;
  const rate = (name: string, counts: SeriesName, given: Record<string, string>) => {
    const rows = (labels: Record<string, string>) =>
      `sum by (attribute, group, window) (${select(contract, counts, labels)})`;
    const missing = unlabelledOf(contract, series.unlabelled, predictedLabels);
    const enough = `${rows(given)} >= ${contract.gates.minimumGroupSize}`;
    const trials = name === rates.selection ? enough : `${enough} unless on () ${missing}`;
    return [
      record(contract, series.groupTrials, rows(given), { rate: name }),
      record(contract, series.groupRate, `${rows({ ...given, predicted: yes })} / (${trials})`, {
        rate: name,
      }),
    ];
  };
  const [share, trials] = [
    select(contract, series.groupRate),
    select(contract, series.groupTrials),
  ];
  return [
    ...windowRules(contract),
    ...rate(rates.selection, series.groupDecided, {}),
    ...rate(rates.truePositive, series.groupWindow, { actual: yes }),
    ...rate(rates.falsePositive, series.groupWindow, { actual: no }),
    // Half a row more of each kind, so that a rate of 0 or 1 has an error too.
    record(contract, series.groupSmoothed, `(${share} * ${trials} + 0.5) / (${trials} + 1)`),
  ];
}

/** Decisions and labels of each window. */
function windowRules(contract: Contract): RecordingRule[] {
  const { labels: long, drift: short } = windowsOf(contract);
  const window = (name: FairnessWindow, length: string, offset?: string) => [
    record(
      contract,
      series.groupDecided,
      counted(select(contract, series.groupDecisions), length, offset),
      { window: name },
    ),
    record(
      contract,
      series.groupWindow,
      counted(select(contract, series.groupOutcomes), length, offset),
      { window: name },
    ),
  ];
  return [...window("long", long), ...window("short", short), ...window("before", long, short)];
}

/** Sum of `of` over the group with the highest and the one with the lowest rate. */
function overExtremes(contract: Contract, of: string): string {
  const extreme = (pick: "topk" | "bottomk") =>
    `sum by (${comparison}) (${of} and on (group, ${comparison}) ${pick} by (${comparison}) (1, ${select(contract, series.groupRate)}))`;
  return `${extreme("topk")} + ${extreme("bottomk")}`;
}

function atLeastTwo(contract: Contract, matcher: Record<string, string> = {}): string {
  return `count by (${comparison}) (${select(contract, series.groupRate, matcher)}) >= 2`;
}

/**
 * Largest difference between two groups in each rate, logarithm of the ratio of the selection
 * rates, and the standard error of each.
 */
function gapRules(contract: Contract): RecordingRule[] {
  const [share, smoothed, trials] = [
    select(contract, series.groupRate),
    select(contract, series.groupSmoothed),
    select(contract, series.groupTrials),
  ];
  const selected = select(contract, series.groupSmoothed, { rate: rates.selection });
  return [
    record(
      contract,
      series.groupGap,
      `(max by (${comparison}) (${share}) - min by (${comparison}) (${share})) and on (${comparison}) (${atLeastTwo(contract)})`,
    ),
    record(
      contract,
      series.groupGapError,
      `sqrt(${overExtremes(contract, `(${smoothed} * (1 - ${smoothed}) / ${trials})`)})`,
    ),
    record(contract, series.groupLogRatio, `ln(${ratio(contract, series.groupSmoothed)})`),
    record(
      contract,
      series.groupLogRatioError,
      `sum by (attribute, window) (sqrt(${overExtremes(contract, `((1 - ${selected}) / (${selected} * ${select(contract, series.groupTrials, { rate: rates.selection })}))`)}))`,
    ),
  ];
}

/** Lowest over highest selection rate. */
function ratio(
  contract: Contract,
  of: typeof series.groupRate | typeof series.groupSmoothed,
): string {
  const selection = { rate: rates.selection };
  const share = select(contract, of, selection);
  return `sum by (attribute, window) (min by (${comparison}) (${share}) / (max by (${comparison}) (${share}) > 0) and on (${comparison}) (${atLeastTwo(contract, selection)}))`;
}

/** Matcher of those rates. */
const differenceRates = Object.entries(differences).map(
  ([metric, over]) => [metric, `rate=~"${over.join("|")}"`] as const,
);

/**
 * Measures with an interval: normal approximation of the difference of two shares; of the logarithm
 * for the ratio (Katz et al. 1978).
 */
function measureRules(contract: Contract): RecordingRule[] {
  const judged = 'window!="before"';
  const widest = (expr: string) => `max by (attribute, window) (${expr})`;
  const [logRatio, logError] = [series.groupLogRatio, series.groupLogRatioError].map((of) =>
    select(contract, of, {}, judged),
  );
  const metric = { metric: "selection-rate-ratio" };
  return [
    record(contract, series.fairness, ratio(contract, series.groupRate), metric),
    record(contract, series.fairnessLower, `exp(${logRatio} - ${z} * ${logError})`, metric),
    record(contract, series.fairnessUpper, `exp(${logRatio} + ${z} * ${logError})`, metric),
    ...differenceRates.flatMap(([name, over]) => {
      const [gap, error] = [
        select(contract, series.groupGap, {}, over, judged),
        select(contract, series.groupGapError, {}, over, judged),
      ];
      return [
        record(contract, series.fairness, widest(select(contract, series.groupGap, {}, over)), {
          metric: name,
        }),
        record(contract, series.fairnessLower, widest(`${gap} - ${z} * ${error}`), {
          metric: name,
        }),
        record(contract, series.fairnessUpper, widest(`${gap} + ${z} * ${error}`), {
          metric: name,
        }),
      ];
    }),
  ];
}

/** How much worse the newest window is than the time before it, in standard deviations. */
function fallRules(contract: Contract): RecordingRule[] {
  const of = (name: SeriesName, window: FairnessWindow, ...more: readonly string[]) =>
    select(contract, name, { window }, ...more);
  const risen = (measure: SeriesName, error: SeriesName, ...more: readonly string[]) =>
    `(${of(measure, "short", ...more)} - ignoring (window) ${of(measure, "before", ...more)}) / sqrt(${of(error, "short", ...more)} ^ 2 + ignoring (window) ${of(error, "before", ...more)} ^ 2)`;
  return [
    record(
      contract,
      series.fairnessFall,
      `-${risen(series.groupLogRatio, series.groupLogRatioError)}`,
      { metric: "selection-rate-ratio", window: "short" },
    ),
    ...differenceRates.map(([metric, over]) =>
      record(
        contract,
        series.fairnessFall,
        `max by (attribute) (${risen(series.groupGap, series.groupGapError, over)})`,
        { metric, window: "short" },
      ),
    ),
  ];
}

function gateAlerts(contract: Contract): AlertingRule[] {
  const { labels: long, drift: short } = windowsOf(contract);
  return contract.gates.fairness.flatMap(({ metric, attribute, min, max }) => {
    const beyond = (of: SeriesName, window: "long" | "short") =>
      `${select(contract, of, { metric, attribute, window })} ${min === undefined ? `> ${digits(max ?? 1)}` : `< ${digits(min)}`}`;
    const by = templateText(attribute);
    const side = min === undefined ? `above ${max ?? 1}` : `below ${min}`;
    const when = (window: "long" | "short", expr: string, summary: string) =>
      alert(contract, "CausewayFairnessLimit", expr, "15m", summary, { metric, attribute, window });
    return [
      when(
        "long",
        beyond(min === undefined ? series.fairnessLower : series.fairnessUpper, "long"),
        `The whole ${fairnessConfidence}% interval of the ${metric} of ${contract.name} by ${by} is ${side} over ${long}`,
      ),
      when(
        "short",
        `${select(contract, series.fairnessFall, { metric, attribute, window: "short" })} > ${digits(fairnessDeviations(metric).short)} and ${beyond(series.fairness, "short")}`,
        `The ${metric} of ${contract.name} by ${by} is ${side} over ${short}, {{ $value | printf "%.1f" }} standard deviations worse than over ${long} before`,
      ),
    ];
  });
}

/**
 * Selection rate ratio (lowest over highest) and demographic parity difference between groups, from
 * decisions whose group was reported; equalized odds difference, from labels that came with a group.
 * Each gate is judged over two windows, as burn
 * rates are (Google SRE Workbook, chapter 5). The long one holds enough rows of a small group to be
 * compared with the gate. The short one seldom does; but that it is beyond the gate and worse than
 * the time before, a great harm shows within hours.
 */
export function fairnessGroup(contract: Contract): RuleGroup {
  return {
    name: `${contract.name}-fairness`,
    interval: windowInterval,
    rules: [
      ...groupRules(contract),
      ...gapRules(contract),
      ...measureRules(contract),
      ...fallRules(contract),
      ...gateAlerts(contract),
    ],
  };
}
