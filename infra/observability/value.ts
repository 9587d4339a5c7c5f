import type { Contract } from "../../services/contract/contract";
import { durationText } from "../../services/contract/units";
import { series } from "../gates/series";
import {
  alert,
  counted,
  digits,
  record,
  select,
  windowInterval,
  type RuleGroup,
} from "../gates/rule";
import { normalQuantile, z95 } from "../gates/statistics";
import { windowsOf } from "../gates/rule";

/**
 * Chance at each look that a fall is told of where there is none; a tenth of what the drift of a
 * day uses, since both windows move on.
 */
const fallSignificance = 0.001;

/**
 * Fall of the mean from the windows before to the newest, in standard deviations (Welch: each
 * window has a variance of its own). The time before must hold at least as many outcomes, or a new
 * model's first night would be what its day is compared with.
 */
function fall(contract: Contract): string {
  const { drift, labels } = windowsOf(contract);
  const [net, squares, count] = [
    select(contract, series.valueNet),
    select(contract, series.valueSquares),
    select(contract, series.valueCount),
  ];
  const over = (window: string, offset?: string) => {
    const rows = `(${counted(count, window, offset)} > 0)`;
    const mean = `(${counted(net, window, offset)} / ${rows})`;
    return {
      rows,
      mean,
      error: `(clamp_min(${counted(squares, window, offset)} / ${rows} - ${mean} ^ 2, 0) / ${rows})`,
    };
  };
  const [recent, before] = [over(drift), over(labels, drift)];
  const enough = `${recent.rows} >= ${contract.drift.minimumSamples} and ${before.rows} >= ${recent.rows}`;
  return `((${before.mean} - ${recent.mean}) / sqrt(${recent.error} + ${before.error} > 0)) and (${enough})`;
}

/**
 * Business value of an outcome: mean and 95% interval (normal approximation of a mean, with the
 * sample's variance), and an alert on its fall.
 */
export function valueGroup(contract: Contract): RuleGroup {
  const { labels } = windowsOf(contract);
  const total = (recorded: typeof series.valueNet | typeof series.valueSquares) =>
    counted(select(contract, recorded), labels);
  const [mean, count] = [select(contract, series.value), select(contract, series.valueCountWindow)];
  const error = `${z95} * sqrt(clamp_min(${total(series.valueSquares)} / ${count} - ${mean} ^ 2, 0) / ${count})`;
  return {
    name: `${contract.name}-value`,
    interval: windowInterval,
    rules: [
      record(
        contract,
        series.valueCountWindow,
        counted(select(contract, series.valueCount), labels),
      ),
      record(contract, series.value, `${total(series.valueNet)} / (${count} > 0)`),
      record(contract, series.valueLower, `${mean} - ${error}`),
      record(contract, series.valueUpper, `${mean} + ${error}`),
      record(contract, series.valueFall, fall(contract)),
      alert(
        contract,
        "CausewayValueFall",
        `${select(contract, series.valueFall)} > ${digits(normalQuantile(fallSignificance))}`,
        "15m",
        `The business value of a decision of ${contract.name} has fallen by {{ $value | printf "%.1f" }} standard deviations within ${durationText(contract.drift.window)}`,
      ),
    ],
  };
}
