import type { Contract } from "../../services/contract/contract";
import { outcomeWindow } from "../../services/contract/arms";
import { labelAges, labelParts, metrics } from "../../services/contract/metrics";
import { blockSeconds, grownInBlock, memory, type Block } from "./blocks";
import type { Share } from "./comparison";
import { sum, type Confusion, type VersionCounts } from "./counts";
import {
  accuracyComparison,
  labelBlockEvidence,
  labelBlockQuery,
  labelBlockRules,
} from "./label-blocks";
import { series } from "./series";
import { promDuration, record, select, type RecordingRule } from "./rule";
import { waldEvidence, waldQuery, type Shares } from "./sequential";
import {
  labelName,
  predictedLabels,
  unlabelled,
  unlabelledOf,
  unlabelledRules,
  type ByPredicted,
  type Predicted,
} from "./unlabelled";
import type { Evidence, Gate, VersionOnTrial } from "./verdict";

type PerformanceGate = Contract["gates"]["performance"][number];
type LabelMetric = "accuracy" | "precision" | "recall" | "f1";

/** How many times the share of wrong answers that a gate allows is a bad version. */
export const wrongFactor = 1.5;
/** A performance gate that single labels decide: each label is right or wrong. */
export interface LabelGate {
  readonly metric: LabelMetric;
  readonly shares: Shares;
}

/**
 * Gates on accuracy, precision, recall and F1 as shares of wrong answers. F1 at least m is a share
 * of TP / (TP + FP + FN) of at least m / (2 - m) (Hand, Christen and Kirielle 2021). The area under
 * the curve and the Brier score are no shares: training judges them.
 */
export function labelGates({ gates }: Pick<Contract, "gates">): LabelGate[] {
  return gates.performance.flatMap(({ metric, min }): LabelGate[] => {
    if (min === undefined || min <= 0 || min >= 1 || !isShare(metric)) return [];
    const acceptable = 1 - (metric === "f1" ? min / (2 - min) : min);
    return [
      { metric, shares: { acceptable, unacceptable: Math.min(0.99, wrongFactor * acceptable) } },
    ];
  });
}

function isShare(metric: PerformanceGate["metric"]): metric is LabelMetric {
  return metric === "accuracy" || metric === "precision" || metric === "recall" || metric === "f1";
}

/**
 * True labels of each version in the last block, of predictions that are as old as the outcome
 * window. Wrong answers may be known sooner than right ones, so young labels make a version look
 * wrong; known later, they hide it. An age is known by its part of the window: a right answer counts
 * at the end of the part at the latest, a wrong one not before its beginning. So at no time are more
 * wrong answers counted than of predictions whose right ones are.
 */
function matureOutcomes(contract: Contract): string {
  const { positiveLabel: yes, negativeLabel: no } = contract.target;
  const [window, parts] = [outcomeWindow(contract), labelParts(contract)];
  const all = labelAges(contract);
  const grown = (predicted: string, actual: string) =>
    parts.map((to, i) => {
      const from = parts[i - 1] ?? 0;
      const ages = all.filter((age) => age > from && age <= to).map(String);
      const cell = select(
        contract,
        metrics.outcomes.name,
        { predicted, actual },
        `age=~"${ages.join("|")}"`,
      );
      return `label_replace(${grownInBlock(cell, "version, predicted, actual", window - (predicted === actual ? to : from))}, "part", "${i}", "", "")`;
    });
  const cells = [grown(yes, yes), grown(yes, no), grown(no, yes), grown(no, no)].flat();
  return `sum by (version, predicted, actual) (${cells.join(" or ")})`;
}

/**
 * Evidence against each version from the true labels of its predictions, from whichever pod they
 * were sent to.
 */
export function labelTrialRules(contract: Contract): RecordingRule[] {
  const { positiveLabel: yes, negativeLabel: no } = contract.target;
  const count = (predicted: string, actual: string) =>
    select(contract, series.trialOutcomes, { predicted, actual });
  const sum = (...cells: readonly string[]) => `sum by (version) (${cells.join(" or ")})`;
  const [hit, miss, falseAlarm, quiet] = [
    count(yes, yes),
    count(no, yes),
    count(yes, no),
    count(no, no),
  ];
  const wrong: Record<LabelMetric, readonly [wrong: string, all: string]> = {
    accuracy: [sum(miss, falseAlarm), sum(hit, miss, falseAlarm, quiet)],
    precision: [sum(falseAlarm), sum(hit, falseAlarm)],
    recall: [sum(miss), sum(hit, miss)],
    f1: [sum(miss, falseAlarm), sum(hit, miss, falseAlarm)],
  };
  return [
    record(contract, series.matureOutcomes, matureOutcomes(contract)),
    record(
      contract,
      series.trialOutcomes,
      `sum_over_time(${select(contract, series.matureOutcomes)}[${promDuration(memory)}:${blockSeconds}s])`,
    ),
    ...unlabelledRules(
      contract,
      series.trialUnlabelled,
      (label) => sum(select(contract, metrics.predictions.name, { label })),
      (predicted) => sum(select(contract, metrics.outcomes.name, { predicted })),
    ),
    ...labelGates(contract).map(({ metric, shares }) =>
      record(contract, series.trialEvidence, waldQuery(shares, ...wrong[metric]), { gate: metric }),
    ),
    ...labelBlockRules(contract),
  ];
}

/** Labels of both kinds of predictions. */
export function labelsOf(outcomes: Confusion): ByPredicted {
  const { truePositive, falsePositive, trueNegative, falseNegative } = outcomes;
  return { positive: truePositive + falsePositive, negative: trueNegative + falseNegative };
}

/** Wrong answers among those that a metric looks at. */
export function wrongAnswers(metric: LabelMetric, counts: Confusion): Share {
  const { truePositive, falsePositive, trueNegative, falseNegative } = counts;
  const wrong = falsePositive + falseNegative;
  switch (metric) {
    case "accuracy":
      return { events: wrong, trials: truePositive + trueNegative + wrong };
    case "precision":
      return { events: falsePositive, trials: truePositive + falsePositive };
    case "recall":
      return { events: falseNegative, trials: truePositive + falseNegative };
    case "f1":
      return { events: wrong, trials: truePositive + wrong };
  }
}

/** Wrong answers among the predictions of either label, all of which have their true one. */
export function wrongByLabel(counts: Confusion): Share[] {
  return [
    { events: counts.falsePositive, trials: counts.truePositive + counts.falsePositive },
    { events: counts.falseNegative, trials: counts.trueNegative + counts.falseNegative },
  ];
}

/** Predictions whose true labels a metric is over. */
export function labelsNeeded(metric: string): readonly Predicted[] {
  return metric === "precision" ? ["positive"] : predictedLabels;
}

/** Gates on the true labels of the version itself, of predictions as old as the outcome window. */
export function labelPerformanceGates(contract: Contract): Gate[] {
  return labelGates(contract).map(({ metric, shares }) => ({
    name: metric,
    compares: `share of wrong answers that ${metric} looks at`,
    bound: { max: shares.acceptable },
    query: (version) => labelEvidence(contract, version, metric, labelsNeeded(metric)),
    evidence({ trial }) {
      const { events, trials } = wrongAnswers(metric, trial.outcomes);
      return ifLabelled(contract, trial, labelsNeeded(metric), {
        value: events / trials,
        against: waldEvidence(shares, events, trials),
      });
    },
  }));
}

/** Evidence from labels; none, and which labels are missing, where a prediction has no true ones. */
export function ifLabelled(
  contract: Contract,
  { predictions, labels }: VersionCounts,
  needed: readonly Predicted[],
  evidence: Evidence,
): Evidence {
  const missing = unlabelled(predictions, labels).filter((of) => needed.includes(of));
  if (missing.length === 0) return evidence;
  const lacks = `no true labels of what it predicts ${missing.map((of) => labelName(contract, of)).join(" or ")}`;
  return { value: NaN, against: undefined, lacks };
}

/** The version's accuracy against the champion's. */
export function accuracyGate(contract: Contract): Gate {
  return {
    name: accuracyComparison,
    compares:
      "wrong answers for each prediction of a label, against the champion's at the same time",
    bound: { max: 1 },
    query: ({ version }) => labelBlockQuery(contract, version),
    evidence({ labels }) {
      const rate = (of: keyof Block) =>
        sum(labels.map((block) => block[of].events)) / sum(labels.map((block) => block[of].trials));
      return {
        value: rate("trial") / rate("champion"),
        against: labelBlockEvidence(labels),
      };
    },
  };
}

/**
 * The query of a gate on labels. They may take weeks: none so far is no evidence, and no reason to
 * wait. It is empty once predictions that the gate is over go without.
 */
export function labelEvidence(
  contract: Contract,
  { version }: Pick<VersionOnTrial, "version">,
  gate: string,
  needed: readonly Predicted[],
): string {
  const evidence = `(max(${select(contract, series.trialEvidence, { gate, version })}) or vector(0))`;
  return needed.length === 0
    ? evidence
    : `${evidence} unless on () ${unlabelledOf(contract, series.trialUnlabelled, needed, { version })}`;
}
