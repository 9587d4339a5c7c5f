import type { Contract } from "../../services/contract/contract";
import { metrics, scoreFeature, type MetricFamily } from "../../services/contract/metrics";
import { series } from "../gates/series";
import {
  rateIntervalSeconds,
  record,
  select,
  type RecordingRule,
  type RuleGroup,
} from "../gates/rule";

/**
 * Rates of what the server counts, without the replicas: the windows sum these, which costs a
 * hundredth of summing each replica's own counters over a day. Every event is within five of the
 * overlapping ranges, so that none is lost between two evaluations.
 */
export function rateGroup(contract: Contract): RuleGroup {
  return {
    name: `${contract.name}-rates`,
    interval: `${rateIntervalSeconds}s`,
    rules: [...distributionRates(contract), ...labelRates(contract), ...valueRates(contract)],
  };
}

function rate(contract: Contract, family: MetricFamily, by: readonly string[]): string {
  return `sum by (${by.join(", ")}) (rate(${select(contract, family.name)}[5m]))`;
}

function distributionRates(contract: Contract): RecordingRule[] {
  return [
    record(contract, series.bins, rate(contract, metrics.features, ["version", "feature", "bin"])),
    record(contract, series.bins, rate(contract, metrics.scores, ["version", "bin"]), {
      feature: scoreFeature,
    }),
  ];
}

/** Rates of true labels, and the time of the newest. */
function labelRates(contract: Contract): RecordingRule[] {
  const { positiveLabel, negativeLabel } = contract.target;
  const outcome = (label: string) =>
    select(contract, series.outcomes, { predicted: label, actual: label });
  const labels = select(contract, series.labels);
  // The newest time is kept from one evaluation to the next, and starts when the rule does.
  const lastLabel = `(vector(time()) and on () ${labels} > 0) or on () last_over_time(${select(contract, series.lastLabel)}[1d]) or on () vector(time())`;
  return [
    record(
      contract,
      series.outcomes,
      rate(contract, metrics.outcomes, ["version", "predicted", "actual"]),
    ),
    record(contract, series.predictions, rate(contract, metrics.predictions, ["label"])),
    record(contract, series.labels, `sum(${select(contract, series.outcomes)})`),
    record(contract, series.correct, `sum(${outcome(positiveLabel)} or ${outcome(negativeLabel)})`),
    record(contract, series.lastLabel, lastLabel),
    record(
      contract,
      series.scoreOutcomes,
      rate(contract, metrics.outcomeScores, ["version", "bin", "actual"]),
    ),
    record(
      contract,
      series.groupDecisions,
      rate(contract, metrics.groupDecisions, ["attribute", "group", "predicted"]),
    ),
    record(
      contract,
      series.groupOutcomes,
      rate(contract, metrics.groupOutcomes, ["attribute", "group", "predicted", "actual"]),
    ),
  ];
}

/** Rates of what outcomes were worth. */
function valueRates(contract: Contract): RecordingRule[] {
  return [
    record(
      contract,
      series.valueCount,
      `sum(rate(${select(contract, metrics.valueCount.name)}[5m]))`,
    ),
    record(
      contract,
      series.valueNet,
      `sum(rate(${select(contract, metrics.valueSum.name, { sign: "gain" })}[5m])) - sum(rate(${select(contract, metrics.valueSum.name, { sign: "loss" })}[5m]))`,
    ),
    record(
      contract,
      series.valueSquares,
      `sum(rate(${select(contract, metrics.valueSquares.name)}[5m]))`,
    ),
  ];
}
