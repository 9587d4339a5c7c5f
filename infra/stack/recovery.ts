import type { Problem } from "../../services/contract/problems";
import {
  partsText,
  recoveryBudget,
  type RecoveryObjective,
} from "../../services/contract/recovery";
import { seconds } from "../../services/contract/units";

/**
 * The problem of a configuration whose health checks cannot meet its own objective; empty without
 * one, or where nothing fails over.
 */
export function recoveryProblems({
  recovery,
}: {
  readonly recovery?: RecoveryObjective | undefined;
}): Problem[] {
  if (recovery === undefined) return [];
  const budget = recoveryBudget(recovery);
  if (budget.totalSeconds <= seconds(recovery.rto)) return [];
  return [
    {
      key: "recovery.rto",
      got: recovery.rto,
      allowed: `at least ${budget.totalSeconds} seconds (${partsText(budget)}); or lower recovery.checkIntervalSeconds or recovery.failureThreshold`,
    },
  ];
}
