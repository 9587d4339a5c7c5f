import type { Contract } from "../../../services/contract/contract";
import type { RuleGroup } from "../rule";
import { fairnessTrialRules } from "./groups";
import { labelTrialRules } from "./labels";
import { requestTrialRules } from "./requests";
import { scoreTrialRules } from "./score";
import { valueTrialRules } from "./value";

/**
 * Evidence against versions that a single query cannot hold: comparisons between versions and
 * between groups, and true labels.
 */
export function trialGroup(contract: Contract): RuleGroup {
  return {
    name: `${contract.name}-trial`,
    interval: "15s",
    rules: [
      requestTrialRules,
      scoreTrialRules,
      labelTrialRules,
      fairnessTrialRules,
      valueTrialRules,
    ].flatMap((rules) => rules(contract)),
  };
}
