import type { Contract } from "../../services/contract/contract";
import { seconds } from "../../services/contract/units";
import { promDuration } from "./rule";

/** Windows of drift over which labels are judged: they are rarer than predictions. */
export const labelWindows = 7;

/** Windows of a model's rules, as PromQL durations. */
export interface Windows {
  /** What drift and the newest accuracy are measured over. */
  readonly drift: string;
  /**
   * What accuracy, fairness and business value are measured over, and what the newest accuracy is
   * compared with.
   */
  readonly labels: string;
}

/** Windows of a contract. */
export function windowsOf({ drift }: Pick<Contract, "drift">): Windows {
  const length = seconds(drift.window);
  return { drift: promDuration(length), labels: promDuration(labelWindows * length) };
}
