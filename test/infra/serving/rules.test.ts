import { parser } from "@prometheus-io/lezer-promql";
import { dashboard } from "../../../infra/serving/dashboard";
import { prometheusRule, series } from "../../../infra/serving/rules";
import { modelsFolder } from "../../../infra/models";
import { loadContract } from "../../../services/contract/load";

const contract = loadContract(modelsFolder, "loan-approval");
type Rule = { record?: string; alert?: string; expr: string; for?: string; labels: Record<string, string>; annotations?: Record<string, string> };
const rules: Rule[] = prometheusRule(contract).spec.groups.flatMap((group) => group.rules);
const expression = (name: string) => rules.find((rule) => rule.record === name || rule.alert === name)!.expr;

/** Positions of syntax errors; empty for valid PromQL. */
function errors(query: string): number[] {
  const found: number[] = [];
  parser.parse(query).iterate({ enter: (node) => void (node.type.isError && found.push(node.from)) });
  return found;
}

describe("rules of a model", () => {
  test("are valid PromQL, and the check finds a mistake", () => {
    for (const rule of rules) expect([rule.expr, errors(rule.expr)]).toEqual([rule.expr, []]);
    expect(errors("sum(rate(x[5m])")).not.toEqual([]);
  });

  test("alert when both windows burn the budget 14.4 times too fast", () => {
    expect(expression("CausewayErrorBudgetBurn")).toBe(`${series.errorRatio}{model="loan-approval"} > 0.0144 and ${series.errorRatioHour}{model="loan-approval"} > 0.0144`);
  });

  test("alert on the contract's own latency objective, in seconds", () => {
    expect(expression("CausewayLatencyObjectiveMissed")).toBe(`${series.latency}{model="loan-approval"} > 0.1`);
    const slower = prometheusRule({ ...contract, slos: { ...contract.slos, latencyP99: "2 seconds" } });
    expect(JSON.stringify(slower)).toContain('p99_5m{model=\\"loan-approval\\"} > 2');
  });

  test("are empty, not zero, when there is no traffic", () => {
    expect(expression(series.errorRatio)).toMatch(/\/ \(sum\(rate\(.*\[5m\]\)\) > 0\)$/);
  });

  test("name the owner's team and a runbook in every alert", () => {
    for (const rule of rules.filter(({ alert }) => alert)) {
      expect(rule.labels).toEqual({ model: "loan-approval", severity: "critical", team: "credit-risk" });
      expect(rule.annotations!["runbook_url"]).toMatch(/^docs\/runbooks\/[a-z-]+\.md$/);
    }
  });
});

test("a model's dashboard shows the recorded series against the objectives", () => {
  const map = dashboard(contract);
  expect(map.metadata.labels).toMatchObject({ grafana_dashboard: "1" });
  const content = JSON.parse(map.data["loan-approval.json"]!) as { uid: string; panels: { targets: { expr: string }[]; fieldConfig: { defaults: { thresholds: { steps: { value: number | null }[] } } } }[] };
  expect(content.uid).toBe("loan-approval");
  const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
  for (const panel of content.panels) expect(recorded).toContain(panel.targets[0]!.expr.replace(/\{.*/, ""));
  expect(content.panels.map((panel) => panel.fieldConfig.defaults.thresholds.steps.at(-1)!.value)).toEqual([null, 0.001, 0.1]);
});
