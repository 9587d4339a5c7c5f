import type { Contract } from "../../services/contract/contract";
import { metrics } from "../../services/contract/metrics";
import { shareComparison, shareEvidence, type Share } from "./comparison";
import type { Confusion } from "./counts";
import { series } from "./series";
import { counted, record, select, type RecordingRule } from "./rule";
import { waldEvidence, waldQuery, type Shares } from "./sequential";
import type { Gate, VersionOnTrial } from "./verdict";

type PerformanceGate = Contract["gates"]["performance"][number];
type LabelMetric = "accuracy" | "precision" | "recall" | "f1";

/** How many times the share of wrong answers that a gate allows is a bad version. */
export const wrongFactor = 1.5;
/** Differences in accuracy that should be found soonest. */
const accuracySpread = 0.05;
/** Window over which the accuracy of a version is compared with that of the others. */
const comparisonWindow = "1d";

/** Name of the gate that compares a version's accuracy with that of the others. */
export const accuracyComparison = "accuracy-champion";

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
    record(
      contract,
      series.trialOutcomes,
      `sum by (version, predicted, actual) (${select(contract, metrics.outcomes.name)})`,
    ),
    ...labelGates(contract).map(({ metric, shares }) =>
      record(contract, series.trialEvidence, waldQuery(shares, ...wrong[metric]), { gate: metric }),
    ),
    ...accuracyRules(contract),
  ];
}

/** Whether a version is wrong more often than the others together, over labels of the same day. */
function accuracyRules(contract: Contract): RecordingRule[] {
  const { positiveLabel: yes, negativeLabel: no } = contract.target;
  const day = (labels: Record<string, string>) =>
    counted(select(contract, series.outcomes, labels), comparisonWindow);
  return shareComparison(contract, {
    gate: accuracyComparison,
    events: `sum by (version) (${day({ predicted: yes, actual: no })} or ${day({ predicted: no, actual: yes })})`,
    trials: `sum by (version) (${day({})})`,
    minimum: contract.drift.minimumSamples,
    spread: accuracySpread,
    by: "version",
  });
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

/** Gates on the true labels of the version itself. */
export function labelPerformanceGates(contract: Contract): Gate[] {
  return labelGates(contract).map(({ metric, shares }) => ({
    name: metric,
    compares: `share of wrong answers that ${metric} looks at`,
    bound: { max: shares.acceptable },
    query: (version) => labelEvidence(contract, version, metric),
    evidence({ trial }) {
      const { events, trials } = wrongAnswers(metric, trial.outcomes);
      return { value: events / trials, against: waldEvidence(shares, events, trials) };
    },
  }));
}

/** The version's accuracy against the champion's. */
export function accuracyGate(contract: Contract): Gate {
  return {
    name: accuracyComparison,
    compares: "share of wrong answers, less the champion's on labels of the same day",
    bound: { max: 0 },
    query: (version) => labelEvidence(contract, version, accuracyComparison),
    evidence({ trial, champion }) {
      const own = wrongAnswers("accuracy", trial.outcomes);
      const others = wrongAnswers("accuracy", champion.outcomes);
      const asked = { minimum: contract.drift.minimumSamples, spread: accuracySpread };
      return {
        value: own.events / own.trials - others.events / others.trials,
        against: shareEvidence(own, others, asked) ?? 0,
      };
    },
  };
}

/**
 * The query of a gate on labels. They may take weeks: none so far is no evidence, and no reason to
 * wait.
 */
export function labelEvidence(
  contract: Pick<Contract, "name">,
  { version }: Pick<VersionOnTrial, "version">,
  gate: string,
): string {
  return `max(${select(contract, series.trialEvidence, { gate, version })}) or vector(0)`;
}
