import type { Contract } from "../../services/contract/contract";
import { duration, durationText } from "../../services/contract/units";
import { labelsNeeded } from "../gates/labels";
import { series } from "../gates/series";
import {
  alert,
  counted,
  digits,
  promDuration,
  record,
  select,
  windowInterval,
  type AlertingRule,
  type RecordingRule,
  type RuleGroup,
} from "../gates/rule";
import { normalQuantile, z95 } from "../gates/statistics";
import { unlabelledOf, unlabelledRules } from "../gates/unlabelled";
import { windowsOf } from "../gates/rule";

/**
 * Bounds of a 95% Wilson score interval (Wilson 1927): right for small samples and for shares near
 * 0 and 1.
 */
export function wilson(
  share: string,
  trials: string,
): { readonly lower: string; readonly upper: string } {
  const z2 = digits(z95 * z95);
  const bound = (sign: "+" | "-") =>
    `(${share} + ${z2} / (2 * ${trials}) ${sign} ${z95} * sqrt(${share} * (1 - ${share}) / ${trials} + ${z2} / (4 * ${trials} ^ 2))) / (1 + ${z2} / ${trials})`;
  return { lower: bound("-"), upper: bound("+") };
}

/** An interval of values that the data do not contradict. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** {@link wilson} from counts; everything without any. */
export function wilsonInterval(hits: number, trials: number): Interval {
  if (!(trials > 0)) return { low: 0, high: 1 };
  const [share, z2] = [hits / trials, z95 * z95];
  const middle = share + z2 / (2 * trials);
  const half = z95 * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials ** 2));
  return { low: (middle - half) / (1 + z2 / trials), high: (middle + half) / (1 + z2 / trials) };
}

/**
 * F1 = 2 F* / (1 + F*): F* is a share, TP / (TP + FP + FN), so its interval carries over (Hand,
 * Christen and Kirielle 2021, Machine Learning 110).
 */
const fStar = "f-star";

/** A measure over true labels, empty where predictions that it is over have none. */
function ifLabelled(contract: Contract, metric: string, measure: string): string {
  return `${measure} unless on () ${unlabelledOf(contract, series.unlabelled, labelsNeeded(metric))}`;
}

function shareRules(contract: Contract): RecordingRule[] {
  const { positiveLabel: yes, negativeLabel: no } = contract.target;
  const of = (predicted: string, actual: string) =>
    select(contract, series.outcomesWindow, { predicted, actual });
  const right = `${of(yes, yes)} or ${of(no, no)}`;
  const share = (metric: string, hits: string, trials: string) => [
    record(contract, series.performanceTrials, `sum(${trials})`, { metric }),
    record(
      contract,
      series.performance,
      ifLabelled(contract, metric, `sum(${hits}) / (sum(${trials}) > 0)`),
      { metric },
    ),
  ];
  // Not of F1 and of the Brier proxy, which are no shares.
  const shares = `metric=~"accuracy|precision|recall|${fStar}"`;
  const { lower, upper } = wilson(
    select(contract, series.performance, {}, shares),
    select(contract, series.performanceTrials, {}, shares),
  );
  return [
    record(
      contract,
      series.outcomesWindow,
      `sum by (predicted, actual) (${counted(select(contract, series.outcomes), windowsOf(contract).labels)})`,
    ),
    record(
      contract,
      series.predictionsWindow,
      counted(select(contract, series.predictions), windowsOf(contract).labels),
    ),
    ...unlabelledRules(
      contract,
      series.unlabelled,
      (label) => `sum(${select(contract, series.predictionsWindow, { label })})`,
      (predicted) => `sum(${select(contract, series.outcomesWindow, { predicted })})`,
    ),
    ...share("accuracy", right, select(contract, series.outcomesWindow)),
    ...share(
      "precision",
      of(yes, yes),
      select(contract, series.outcomesWindow, { predicted: yes }),
    ),
    ...share("recall", of(yes, yes), select(contract, series.outcomesWindow, { actual: yes })),
    ...share(fStar, of(yes, yes), `${of(yes, yes)} or ${of(yes, no)} or ${of(no, yes)}`),
    record(contract, series.performanceLower, lower),
    record(contract, series.performanceUpper, upper),
  ];
}

/** Of `f-star`; after the Wilson bounds, which are for shares alone. */
function f1Rules(contract: Contract): RecordingRule[] {
  const trials = select(contract, series.performanceTrials, { metric: fStar });
  return [
    ...([series.performance, series.performanceLower, series.performanceUpper] as const).map(
      (recorded) => {
        const star = select(contract, recorded, { metric: fStar });
        return record(contract, recorded, `2 * ${star} / (1 + ${star})`, { metric: "f1" });
      },
    ),
    record(contract, series.performanceTrials, trials, { metric: "f1" }),
  ];
}

/**
 * Calibration: the share of true positives in each bin of the score. From it the Brier score that a
 * model with these bins and that calibration has, o (1 - o) averaged over rows (uncertainty less
 * resolution, Murphy 1973): a proxy, since the counters hold no scores finer than a bin. Interval:
 * normal approximation of a mean of squares.
 */
function calibrationRules(contract: Contract): RecordingRule[] {
  const window = `sum by (version, bin, actual) (${counted(select(contract, series.scoreOutcomes), windowsOf(contract).labels)})`;
  const positives = `sum by (version, bin) (${counted(select(contract, series.scoreOutcomes, { actual: contract.target.positiveLabel }), windowsOf(contract).labels)})`;
  const [rows, share] = [
    select(contract, series.calibrationRows),
    select(contract, series.calibration),
  ];
  const brier = select(contract, series.performance, { metric: "brier" });
  const trials = select(contract, series.performanceTrials, { metric: "brier" });
  const second = `sum(${rows} * ${share} * (1 - ${share}) * (${share} ^ 3 + (1 - ${share}) ^ 3))`;
  const error = `${z95} * sqrt(clamp_min(${second} / on () ${trials} - on () ${brier} ^ 2, 0) / on () ${trials})`;
  return [
    record(contract, series.calibrationRows, `sum by (version, bin) (${window})`),
    record(contract, series.calibration, `${positives} / on (version, bin) (${rows} > 0)`),
    record(contract, series.performanceTrials, `sum(${rows})`, { metric: "brier" }),
    record(
      contract,
      series.performance,
      ifLabelled(
        contract,
        "brier",
        `sum(${rows} * ${share} * (1 - ${share})) / (sum(${rows}) > 0)`,
      ),
      { metric: "brier" },
    ),
    record(contract, series.performanceLower, `${brier} - on () ${error}`, { metric: "brier" }),
    record(contract, series.performanceUpper, `${brier} + on () ${error}`, { metric: "brier" }),
  ];
}

/** How long a fall must last to be told. */
const fallHold = duration.parse("15 minutes");

/**
 * Deviations that a fall of accuracy must show. The window slides, so it is looked at again and
 * again: the significance, a chance for each window, is shared by as many looks as the hold fits
 * into the window (Bonferroni). At 0.01 and a day these are 96 looks and 3.7 deviations.
 */
export function fallDeviations({ drift }: Pick<Contract, "drift">): number {
  return normalQuantile(drift.significance / Math.max(1, drift.window / fallHold));
}

/**
 * Fall of accuracy from the windows before to the newest, in standard deviations (two shares,
 * pooled): concept drift.
 */
function fallRules(contract: Contract): RecordingRule[] {
  const { drift, labels } = windowsOf(contract);
  const [all, right] = [select(contract, series.labels), select(contract, series.correct)];
  const share = (window: string, offset?: string) =>
    `${counted(right, window, offset)} / (${counted(all, window, offset)} > 0)`;
  const recent = `(${counted(all, drift)})`;
  const before = `(${counted(all, labels, drift)})`;
  const pooled = `((${counted(right, drift)} + ${counted(right, labels, drift)}) / (${recent} + ${before} > 0))`;
  const enough = `${recent} >= ${contract.drift.minimumSamples} and ${before} >= ${contract.drift.minimumSamples}`;
  return [
    record(contract, series.accuracyRecent, share(drift)),
    record(contract, series.accuracyBefore, share(labels, drift)),
    record(
      contract,
      series.accuracyFall,
      `((${select(contract, series.accuracyBefore)} - ${select(contract, series.accuracyRecent)}) / sqrt(${pooled} * (1 - ${pooled}) * (1 / ${recent} + 1 / ${before}))) and (${enough})`,
    ),
  ];
}

/**
 * Gates of the contract that the counters can judge; the area under the curve is judged in training
 * alone.
 */
function decayAlerts(contract: Contract): AlertingRule[] {
  const { name, drift, gates } = contract;
  return gates.performance
    .filter(({ metric }) => metric !== "auc")
    .map(({ metric, min, max }) => {
      const bound =
        min === undefined
          ? `${select(contract, series.performanceLower, { metric })} > ${digits(max ?? 1)}`
          : `${select(contract, series.performanceUpper, { metric })} < ${digits(min)}`;
      const summary = `The whole 95% interval of the ${metric} of ${name} is ${min === undefined ? `above ${max ?? 1}` : `below ${min}`} over ${windowsOf(contract).labels}`;
      return alert(
        contract,
        "CausewayPerformanceDecay",
        `${bound} and ${select(contract, series.performanceTrials, { metric })} >= ${drift.minimumSamples}`,
        "15m",
        summary,
        { metric },
      );
    });
}

/**
 * Accuracy, precision, recall, F1 and the Brier proxy with their intervals from delayed labels, and
 * alerts on the contract's gates.
 */
export function performanceGroup(contract: Contract): RuleGroup {
  const { name, drift, slos } = contract;
  const fall = `${select(contract, series.accuracyFall)} > ${digits(fallDeviations(contract))}`;
  const silence = `time() - ${select(contract, series.lastLabel)} > ${slos.labelDelay} and on (model) avg_over_time(${select(contract, series.requests)}[1d]) > 0`;
  return {
    name: `${name}-performance`,
    interval: windowInterval,
    rules: [
      ...shareRules(contract),
      ...f1Rules(contract),
      ...calibrationRules(contract),
      ...fallRules(contract),
      ...decayAlerts(contract),
      alert(
        contract,
        "CausewayConceptDrift",
        fall,
        promDuration(fallHold),
        `The accuracy of ${name} has fallen by {{ $value | printf "%.1f" }} standard deviations within ${durationText(drift.window)}`,
      ),
      alert(
        contract,
        "CausewayLabelsMissing",
        silence,
        "1h",
        `No true label of ${name} has arrived for ${promDuration(slos.labelDelay)}`,
      ),
    ],
  };
}
