import type { Contract } from "../../services/contract/contract";
import { metrics, type MetricFamily } from "../../services/contract/metrics";
import { series } from "../gates/series";
import { valueRateRules } from "../gates/experiment";
import { rateIntervalSeconds, record, select, type RuleGroup } from "../gates/rule";

/**
 * Rates of what the server counts, without the replicas: the windows sum these, which costs a
 * hundredth of summing each replica's own counters over a day. Every event is within five of the
 * overlapping ranges, so that none is lost between two evaluations.
 */
export function rateGroup(contract: Contract): RuleGroup {
  const { positiveLabel, negativeLabel } = contract.target;
  const rate = (family: MetricFamily, by: readonly string[], labels = {}) =>
    `sum by (${by.join(", ")}) (rate(${select(contract, family.name, labels)}[5m]))`;
  const outcome = (label: string) =>
    select(contract, series.outcomes, { predicted: label, actual: label });
  const labels = select(contract, series.labels);
  // The newest time is kept from one evaluation to the next, and starts when the rule does.
  const lastLabel = `(vector(time()) and on () ${labels} > 0) or on () last_over_time(${select(contract, series.lastLabel)}[1d]) or on () vector(time())`;
  return {
    name: `${contract.name}-rates`,
    interval: `${rateIntervalSeconds}s`,
    rules: [
      record(contract, series.bins, rate(metrics.features, ["version", "feature", "bin"])),
      record(contract, series.bins, rate(metrics.scores, ["version", "bin"]), {
        feature: scoreFeature,
      }),
      record(contract, series.outcomes, rate(metrics.outcomes, ["version", "predicted", "actual"])),
      record(contract, series.labels, `sum(${select(contract, series.outcomes)})`),
      record(
        contract,
        series.correct,
        `sum(${outcome(positiveLabel)} or ${outcome(negativeLabel)})`,
      ),
      record(contract, series.lastLabel, lastLabel),
      record(
        contract,
        series.scoreOutcomes,
        rate(metrics.outcomeScores, ["version", "bin", "actual"]),
      ),
      record(
        contract,
        series.groupOutcomes,
        rate(metrics.groupOutcomes, ["attribute", "group", "predicted", "actual"]),
      ),
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
      ...valueRateRules(contract),
    ],
  };
}

/** Under which name the score stands beside the features; the server's reference calls it so. */
export const scoreFeature = "score";
