import type { Contract } from "../../services/contract/contract";
import { anomalyGroup } from "./anomalies";
import { driftGroup } from "./drift";
import { fairnessGroup } from "./fairness";
import { gpuGroup } from "./gpu";
import { objectiveGroup } from "./objectives";
import { performanceGroup } from "./performance";
import { rateGroup } from "./rates";
import { requestGroup } from "./requests";
import { published, type RuleGroup } from "../gates/rule";
import { experimentGroup } from "../gates/experiment";
import { trialGroup } from "../gates/gates";
import { valueGroup } from "./value";
import { metadata } from "../kubernetes/model-objects";

/**
 * Groups of rules of one model. Prometheus evaluates groups side by side and the rules of a group
 * in order.
 */
export function ruleGroups(contract: Contract): RuleGroup[] {
  return [
    requestGroup,
    objectiveGroup,
    rateGroup,
    driftGroup,
    performanceGroup,
    fairnessGroup,
    valueGroup,
    anomalyGroup,
    trialGroup,
    ...(contract.serving.gpu > 0 ? [gpuGroup] : []),
    ...(contract.release.strategy === "ab" ? [experimentGroup] : []),
  ].map((make) => make(contract));
}

/** Everything that Prometheus computes and watches of one model, as one object. */
export function prometheusRule(contract: Contract, runbookBase: string) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: metadata(contract.name, contract.name),
    spec: { groups: published(ruleGroups(contract), runbookBase) },
  };
}
