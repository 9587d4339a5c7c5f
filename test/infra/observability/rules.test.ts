import { alerts, receivers } from "../../../infra/gates/alerts";
import { series } from "../../../infra/gates/series";
import { burns } from "../../../infra/observability/objectives";
import { prometheusRule, ruleGroups } from "../../../infra/observability/rules";
import { promDuration, select } from "../../../infra/gates/rule";
import { chiSquareQuantile } from "../../../infra/gates/statistics";
import { alertRules, allRules, contract, recordingRules, syntaxErrors } from "./fixture";
import { runbookBase } from "../../support/runbooks";
import { latency } from "../../../services/contract/units";

const recorded = (name: string, labels: Record<string, string> = {}) =>
  recordingRules().find(
    (rule) =>
      rule.record === name &&
      Object.entries(labels).every(([key, value]) => rule.labels[key] === value),
  )!.expr;
const alerting = (name: string) => alertRules().filter((rule) => rule.alert === name);

describe("rules of a model", () => {
  test("are valid PromQL, and the check finds a mistake", () => {
    for (const rule of allRules())
      expect([rule.expr, syntaxErrors(rule.expr)]).toEqual([rule.expr, []]);
    expect(syntaxErrors("sum(rate(x[5m])")).not.toEqual([]);
  });

  test("select no series of another model", () => {
    for (const { expr } of allRules()) {
      for (const [selector] of expr.matchAll(/causeway[a-z_:0-9]*\{[^}]*\}/g))
        expect(selector).toContain('model="loan-approval"');
      for (const [selector] of expr.matchAll(/istio_[a-z_]*\{[^}]*\}/g))
        expect(selector).toContain('destination_canonical_service="loan-approval"');
    }
  });

  test("record no series twice, and no two rules of one alert are alike in name, labels and metric", () => {
    const keys = recordingRules().map((rule) => JSON.stringify([rule.record, rule.labels]));
    expect(new Set(keys).size).toBe(keys.length);
    const told = alertRules().map((rule) =>
      JSON.stringify([
        rule.alert,
        rule.labels,
        /metric="[^"]*"(,attribute="[^"]*")?/.exec(rule.expr)?.[0],
      ]),
    );
    expect(new Set(told).size).toBe(told.length);
  });

  test("read recorded series of their own group after they are recorded", () => {
    for (const group of ruleGroups(contract)) {
      const records = group.rules.map((rule) => ("record" in rule ? rule.record : undefined));
      group.rules.forEach((rule, at) => {
        for (const [name] of rule.expr.matchAll(/causeway:[a-z_:0-9]+/g)) {
          const first = records.findIndex((record) => record === name);
          // Its own last value: the time of the last label.
          if (first >= 0 && !(rule.expr.includes(`last_over_time(${name}`) && first === at))
            expect([name, first < at]).toEqual([name, true]);
        }
      });
    }
  });

  test("run often enough that Prometheus still shows the sample before", () => {
    expect(ruleGroups(contract).map(({ name, interval }) => [name, interval])).toEqual([
      ["loan-approval-requests", "30s"],
      ["loan-approval-objectives", "30s"],
      ["loan-approval-rates", "60s"],
      ["loan-approval-drift", "2m"],
      ["loan-approval-performance", "2m"],
      ["loan-approval-fairness", "2m"],
      ["loan-approval-value", "2m"],
      ["loan-approval-anomalies", "2m"],
      ["loan-approval-trial", "15s"],
    ]);
  });

  test("are one object of the namespace of the models", () => {
    const { kind, metadata, spec } = prometheusRule(contract, runbookBase);
    expect([kind, metadata.name, metadata.namespace, spec.groups.length]).toEqual([
      "PrometheusRule",
      "loan-approval",
      "causeway-models",
      9,
    ]);
  });
});

describe("alerts of a model", () => {
  test("name severity, team and receiver, and say what happened", () => {
    for (const rule of alertRules()) {
      const { severity } = alerts[rule.alert];
      expect(rule.labels).toMatchObject({
        model: "loan-approval",
        severity,
        team: "credit-risk",
        receiver: receivers[severity],
      });
      expect(rule.annotations.summary).toContain("loan-approval");
    }
  });

  test("say in the cluster what the value is, what to do next, and where more is written", () => {
    const published = prometheusRule(contract, runbookBase)
      .spec.groups.flatMap(({ rules }) => rules)
      .filter((rule) => "alert" in rule);
    expect(published).toHaveLength(alertRules().length);
    for (const { alert, annotations } of published)
      expect(annotations).toEqual({
        summary: expect.stringContaining("loan-approval"),
        description: alerts[alert].description,
        runbook_url: `${runbookBase}${alerts[alert].runbook}.md`,
      });
  });

  test("start a retraining only where one may help", () => {
    const starting = new Set(
      alertRules()
        .filter(({ labels }) => labels["retraining"] === "candidate")
        .map(({ alert }) => alert),
    );
    expect([...starting].sort()).toEqual([
      "CausewayConceptDrift",
      "CausewayFairnessLimit",
      "CausewayFeatureDrift",
      "CausewayPerformanceDecay",
      "CausewayScoreDrift",
    ]);
  });

  test("watch both objectives over four pairs of windows each", () => {
    for (const [fast, slow, budget] of [
      ["CausewayErrorBudgetBurn", "CausewayErrorBudgetSlowBurn", 0.001],
      ["CausewayLatencyBudgetBurn", "CausewayLatencyBudgetSlowBurn", 0.01],
    ] as const) {
      const rules = [...alerting(fast), ...alerting(slow)];
      expect(rules.map(({ labels }) => labels["window"])).toEqual(burns.map(({ long }) => long));
      rules.forEach((rule, i) =>
        expect(rule.expr.match(/> (0\.\d+)\)/g)).toEqual([
          `> ${Number((burns[i]!.factor * budget).toPrecision(6))})`,
          `> ${Number((burns[i]!.factor * budget).toPrecision(6))})`,
        ]),
      );
    }
  });

  test("follow the contract's latency objective, in seconds, and find its bucket however it is written", () => {
    expect(alerting("CausewayLatencyObjectiveMissed")[0]!.expr).toBe(
      `${series.latency}{model="loan-approval"} > 0.1`,
    );
    expect(recorded(series.slowAnswers)).toContain('le="0.1"');
    const slower = JSON.stringify(
      prometheusRule(
        { ...contract, slos: { ...contract.slos, latencyP99: latency.parse("2 seconds") } },
        runbookBase,
      ),
    );
    expect(slower).toContain('p99_5m{model=\\"loan-approval\\"} > 2"');
    expect(slower).toContain('le=~\\"2([.]0)?\\"');
  });

  test("exist for each gate that counters can judge, and for no other", () => {
    expect(
      alerting("CausewayPerformanceDecay").map(({ expr }) =>
        expr.replaceAll(/\{model="loan-approval",metric="([a-z0-9]+)"\}/g, " $1"),
      ),
    ).toEqual([
      "causeway:performance_upper:window precision < 0.9 and causeway:performance_trials:window precision >= 200",
      "causeway:performance_upper:window recall < 0.85 and causeway:performance_trials:window recall >= 200",
      "causeway:performance_lower:window brier > 0.1 and causeway:performance_trials:window brier >= 200",
    ]);
    expect(
      alerting("CausewayFairnessLimit").map(({ labels }) => [
        labels["metric"],
        labels["attribute"],
        labels["window"],
      ]),
    ).toEqual(
      contract.gates.fairness.flatMap(({ metric, attribute }) => [
        [metric, attribute, "long"],
        [metric, attribute, "short"],
      ]),
    );
    expect(
      alertRules({ ...contract, gates: { ...contract.gates, fairness: [] } }).filter(
        ({ alert }) => alert === "CausewayFairnessLimit",
      ),
    ).toEqual([]);
  });
});

describe("drift", () => {
  test("is judged with the contract's significance, shared by all features and the score", () => {
    const table = recorded(series.chiSquare);
    const entry = (bins: number) =>
      Number(new RegExp(`vector\\(([0-9.]+)\\), "bins", "${bins}"`).exec(table)?.[1]);
    expect(entry(10)).toBeCloseTo(chiSquareQuantile(0.01 / 17, 9), 3);
    expect(entry(2)).toBeCloseTo(chiSquareQuantile(0.01 / 17, 1), 3);
    expect(entry(21)).toBeNaN();
  });

  test("has a quantile for a category with more values than any numeric feature has bins", () => {
    const many = {
      ...contract,
      features: contract.features.map((feature) =>
        feature.type === "category"
          ? { ...feature, values: Array.from({ length: 40 }, (_, i) => i) }
          : feature,
      ),
    };
    expect(recordingRules(many).find(({ record }) => record === series.chiSquare)!.expr).toContain(
      '"bins", "40"',
    );
  });

  test("is measured over the contract's window, labels over seven", () => {
    expect(recorded(series.binRows)).toBe(
      'sum_over_time(causeway:bin:rate5m{model="loan-approval"}[1d]) * 60',
    );
    expect(recorded(series.outcomesWindow)).toContain("[7d]");
  });
});

test("lengths of time are written in their largest whole unit", () => {
  expect([86_400, 604_800, 5_400, 90, 45, 1.2, 1.5].map(promDuration)).toEqual([
    "1d",
    "7d",
    "90m",
    "90s",
    "45s",
    "1200ms",
    "1500ms",
  ]);
});

test("error ratios are empty, not zero, when there is no traffic", () => {
  expect(recorded(series.errorRatio)).toBe(
    `${select(contract, series.errors)} / (${select(contract, series.requests)} > 0)`,
  );
});

describe("use of GPUs", () => {
  const gpu = { ...contract, serving: { ...contract.serving, gpu: 2 } };
  const ruleOf = (record: string) => recordingRules(gpu).filter((rule) => rule.record === record);

  test("is recorded of the model's own pods, as a share", () => {
    expect(ruleOf(series.gpuUse).map(({ expr }) => expr)).toEqual([
      'avg(avg_over_time(DCGM_FI_DEV_GPU_UTIL{namespace="causeway-models",container="server",pod=~"loan-approval-[^-]+-[^-]+"}[5m])) / 100',
    ]);
    const pods = /^(?:loan-[^-]+-[^-]+)$/;
    expect(
      ["loan-5d8f9c-x2x4z", "loan-approval-5d8f9c-x2x4z"].map((pod) => pods.test(pod)),
    ).toEqual([true, false]);
  });

  test("has an alert above 90%, and neither where no GPU is asked for", () => {
    expect(
      alertRules(gpu)
        .filter(({ alert }) => alert === "CausewayGpuSaturated")
        .map(({ expr, for: wait }) => [expr, wait]),
    ).toEqual([['causeway:gpu_use:ratio5m{model="loan-approval"} > 0.9', "15m"]]);
    expect(allRules().filter((rule) => JSON.stringify(rule).includes("gpu"))).toEqual([]);
  });
});
