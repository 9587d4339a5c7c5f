import type { Contract } from "../../services/contract/contract";
import { series, type SeriesName } from "./names";
import { alert, counted, digits, record, select, windowInterval, type AlertingRule, type RecordingRule, type RuleGroup } from "./rule";
import { z95 } from "./statistics";
import { windowsOf } from "./windows";

/** Rates that are compared between groups. */
const rates = { selection: "selection", truePositive: "true-positive", falsePositive: "false-positive" } as const;

/** Rates of each group that has at least the contract's minimum of rows to take the rate over. */
function groupRules(contract: Contract): RecordingRule[] {
  const { positiveLabel: yes, negativeLabel: no } = contract.target;
  const rows = (labels: Record<string, string>) => `sum by (attribute, group) (${select(contract, series.groupWindow, labels)})`;
  const rate = (name: string, given: Record<string, string>) => {
    const trials = `${rows(given)} >= ${contract.gates.minimumGroupSize}`;
    return [
      record(contract, series.groupTrials, rows(given), { rate: name }),
      record(contract, series.groupRate, `${rows({ ...given, predicted: yes })} / (${trials})`, { rate: name }),
    ];
  };
  const [share, trials] = [select(contract, series.groupRate), select(contract, series.groupTrials)];
  return [
    record(contract, series.groupWindow, counted(select(contract, series.groupOutcomes), windowsOf(contract).labels)),
    ...rate(rates.selection, {}),
    ...rate(rates.truePositive, { actual: yes }),
    ...rate(rates.falsePositive, { actual: no }),
    // Half a row more of each kind, so that a rate of 0 or 1 has an error too.
    record(contract, series.groupSmoothed, `(${share} * ${trials} + 0.5) / (${trials} + 1)`),
  ];
}

/** Sum of `of` over the group with the highest and the one with the lowest rate. */
function overExtremes(contract: Contract, of: string): string {
  const extreme = (pick: "topk" | "bottomk") => `sum by (attribute, rate) (${of} and on (attribute, group, rate) ${pick} by (attribute, rate) (1, ${select(contract, series.groupRate)}))`;
  return `${extreme("topk")} + ${extreme("bottomk")}`;
}

function atLeastTwo(contract: Contract, matcher: Record<string, string> = {}): string {
  return `count by (attribute, rate) (${select(contract, series.groupRate, matcher)}) >= 2`;
}

function gapRules(contract: Contract): RecordingRule[] {
  const [share, smoothed, trials] = [select(contract, series.groupRate), select(contract, series.groupSmoothed), select(contract, series.groupTrials)];
  return [
    record(contract, series.groupGap, `(max by (attribute, rate) (${share}) - min by (attribute, rate) (${share})) and on (attribute, rate) (${atLeastTwo(contract)})`),
    record(contract, series.groupGapError, `sqrt(${overExtremes(contract, `(${smoothed} * (1 - ${smoothed}) / ${trials})`)})`),
  ];
}

/** Normal approximation of the difference of two shares; of the logarithm for the ratio (Katz et al. 1978). */
function measureRules(contract: Contract): RecordingRule[] {
  const difference = (metric: string, over: string) => {
    const [gap, error] = [select(contract, series.groupGap, {}, over), select(contract, series.groupGapError, {}, over)];
    const widest = (expr: string) => `max by (attribute) (${expr})`;
    return [
      record(contract, series.fairness, widest(gap), { metric }),
      record(contract, series.fairnessLower, widest(`${gap} - ${z95} * ${error}`), { metric }),
      record(contract, series.fairnessUpper, widest(`${gap} + ${z95} * ${error}`), { metric }),
    ];
  };
  const selection = { rate: rates.selection };
  const of = (recorded: SeriesName) => select(contract, recorded, selection);
  const ratio = (share: string) => `sum by (attribute) (min by (attribute, rate) (${share}) / (max by (attribute, rate) (${share}) > 0) and on (attribute, rate) (${atLeastTwo(contract, selection)}))`;
  const smoothed = of(series.groupSmoothed);
  const logError = `sum by (attribute) (sqrt(${overExtremes(contract, `((1 - ${smoothed}) / (${smoothed} * ${of(series.groupTrials)}))`)}))`;
  const metric = { metric: "selection-rate-ratio" };
  return [
    record(contract, series.fairness, ratio(of(series.groupRate)), metric),
    record(contract, series.fairnessLower, `${ratio(smoothed)} * exp(-${z95} * ${logError})`, metric),
    record(contract, series.fairnessUpper, `${ratio(smoothed)} * exp(${z95} * ${logError})`, metric),
    ...difference("demographic-parity-difference", `rate="${rates.selection}"`),
    ...difference("equalized-odds-difference", `rate=~"${rates.truePositive}|${rates.falsePositive}"`),
  ];
}

function gateAlerts(contract: Contract): AlertingRule[] {
  return contract.gates.fairness.map(({ metric, attribute, min, max }) => {
    const labels = { metric, attribute };
    const bound = min === undefined
      ? `${select(contract, series.fairnessLower, labels)} > ${digits(max ?? 1)}`
      : `${select(contract, series.fairnessUpper, labels)} < ${digits(min)}`;
    const summary = `The whole 95% interval of the ${metric} of ${contract.name} by ${attribute} is ${min === undefined ? `above ${max ?? 1}` : `below ${min}`} over ${windowsOf(contract).labels}`;
    return alert(contract, "CausewayFairnessLimit", bound, "15m", summary, labels);
  });
}

/** Selection rate ratio (lowest over highest), demographic parity and equalized odds differences between groups, from labels that came with a group. */
export function fairnessGroup(contract: Contract): RuleGroup {
  return {
    name: `${contract.name}-fairness`,
    interval: windowInterval,
    rules: [...groupRules(contract), ...gapRules(contract), ...measureRules(contract), ...gateAlerts(contract)],
  };
}
