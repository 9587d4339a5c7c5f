import type { Contract } from "../../services/contract/contract";
import { series } from "./names";
import { counted, record, select, windowInterval, type RuleGroup } from "./rule";
import { z95 } from "./statistics";
import { windowsOf } from "./windows";

/** Business value of an outcome: mean and 95% interval (normal approximation of a mean, with the sample's variance). */
export function valueGroup(contract: Contract): RuleGroup {
  const { labels } = windowsOf(contract);
  const total = (recorded: typeof series.valueNet | typeof series.valueSquares) => counted(select(contract, recorded), labels);
  const [mean, count] = [select(contract, series.value), select(contract, series.valueCountWindow)];
  const error = `${z95} * sqrt(clamp_min(${total(series.valueSquares)} / ${count} - ${mean} ^ 2, 0) / ${count})`;
  return {
    name: `${contract.name}-value`,
    interval: windowInterval,
    rules: [
      record(contract, series.valueCountWindow, counted(select(contract, series.valueCount), labels)),
      record(contract, series.value, `${total(series.valueNet)} / (${count} > 0)`),
      record(contract, series.valueLower, `${mean} - ${error}`),
      record(contract, series.valueUpper, `${mean} + ${error}`),
    ],
  };
}
