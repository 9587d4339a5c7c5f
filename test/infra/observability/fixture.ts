import { parser } from "@prometheus-io/lezer-promql";
import { modelsFolder } from "../../harness/fixtures";
import { ruleGroups } from "../../../infra/observability/rules";
import type { AlertingRule, RecordingRule } from "../../../infra/gates/rule";
import type { Contract } from "../../../services/contract/contract";
import { loadContract } from "../../../services/contract/load";

export const contract = loadContract(modelsFolder, "loan-approval");

export function allRules(of: Contract = contract): (RecordingRule | AlertingRule)[] {
  return ruleGroups(of).flatMap((group) => [...group.rules]);
}

export function alertRules(of: Contract = contract): AlertingRule[] {
  return allRules(of).flatMap((rule) => ("alert" in rule ? [rule] : []));
}

export function recordingRules(of: Contract = contract): RecordingRule[] {
  return allRules(of).flatMap((rule) => ("record" in rule ? [rule] : []));
}

/** Positions of syntax errors; empty for valid PromQL. */
export function syntaxErrors(query: string): number[] {
  const found: number[] = [];
  parser
    .parse(query)
    .iterate({ enter: (node) => void (node.type.isError && found.push(node.from)) });
  return found;
}

/** Names of the metrics that a query selects, without those of its functions and labels. */
export function metricsIn(query: string): string[] {
  const found = new Set<string>();
  parser.parse(query).iterate({
    enter: (node) =>
      void (
        node.name === "VectorSelector" &&
        found.add(/^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(query.slice(node.from, node.to))?.[0] ?? "")
      ),
  });
  return [...found];
}
