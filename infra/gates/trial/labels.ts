import type { Contract } from "../../../services/contract/contract";
import { metrics } from "../../../services/contract/metrics";
import { wald } from "../promql";
import type { Shares } from "../sequential";
import { series } from "../names";
import { counted, record, select, type RecordingRule } from "../rule";
import { shareComparison } from "./comparison";

type PerformanceGate = Contract["gates"]["performance"][number];
type Share = "accuracy" | "precision" | "recall" | "f1";

/** How many times the share of wrong answers that a gate allows is a bad version. */
const wrongFactor = 1.5;
/** Differences in accuracy that should be found soonest. */
const accuracySpread = 0.05;
/** Window over which the accuracy of a version is compared with that of the others. */
const comparisonWindow = "1d";

/** Name of the gate that compares a version's accuracy with that of the others. */
export const accuracyComparison = "accuracy-champion";

/** A performance gate that single labels decide: each label is right or wrong. */
export interface LabelGate {
  readonly metric: Share;
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

function isShare(metric: PerformanceGate["metric"]): metric is Share {
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
  const wrong: Record<Share, readonly [wrong: string, all: string]> = {
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
      record(contract, series.trialEvidence, wald(shares, ...wrong[metric]), { gate: metric }),
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
