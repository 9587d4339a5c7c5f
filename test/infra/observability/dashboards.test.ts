import { modelDashboard } from "../../../infra/observability/dashboards/model";
import {
  dashboardJson,
  type DashboardJson,
  type Panel,
} from "../../../infra/observability/dashboards/grafana";
import {
  dashboardMap,
  regionalDashboards,
} from "../../../infra/observability/dashboards/provision";
import { series } from "../../../infra/gates/series";
import { psiThreshold } from "../../../infra/gates/statistics";
import { metricsIn, syntaxErrors, contract } from "./fixture";
import { latency } from "../../../services/contract/units";

const gpuContract = { ...contract, serving: { ...contract.serving, gpu: 1 } };
const all: Record<string, DashboardJson> = {
  model: modelDashboard(contract),
  "model with a GPU": modelDashboard(gpuContract),
  ...regionalDashboards({ gpu: true }),
};
const names = Object.keys(all);
const drawn = (dashboard: DashboardJson) => dashboard.panels.filter(({ type }) => type !== "row");
const panel = (dashboard: DashboardJson, title: string): Panel => {
  const found = drawn(dashboard).filter((each) => each.title === title);
  expect([title, found.length]).toEqual([title, 1]);
  return found[0]!;
};
const exprs = (of: Panel) => (of.targets ?? []).map(({ expr }) => expr);
const limit = (of: Panel) => of.fieldConfig?.defaults.thresholds?.steps;

describe.each(names)("the dashboard %s", (name) => {
  const dashboard = all[name]!;

  test("asks one provisioned data source, in queries that Prometheus can read", () => {
    for (const each of drawn(dashboard)) {
      expect(each.datasource).toEqual({
        type: "prometheus",
        uid: name === "regions" ? "all-regions" : "prometheus",
      });
      expect(exprs(each).length).toBeGreaterThan(0);
      for (const expr of [
        ...exprs(each),
        ...dashboard.annotations.list.map(({ expr: marks = "" }) => marks),
      ])
        expect([expr, syntaxErrors(expr)]).toEqual([expr, []]);
    }
  });

  test("has panels that fill the grid from left to right and cover none another", () => {
    const cells = new Map<string, string>();
    for (const {
      title,
      gridPos: { x, y, w, h },
    } of dashboard.panels) {
      expect(x + w).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column += 1)
        for (let line = y; line < y + h; line += 1) {
          expect([title, cells.get(`${column},${line}`)]).toEqual([title, undefined]);
          cells.set(`${column},${line}`, title);
        }
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  test("marks alerts on the time axis", () => {
    expect(
      dashboard.annotations.list.find(({ name: marks }) => marks === "Alerts")?.expr,
    ).toContain('ALERTS{alertstate="firing"');
  });

  test("cannot be changed where it is shown", () => {
    expect(dashboard).toMatchObject({ editable: false, timezone: "utc", tags: ["causeway"] });
  });
});

describe("a model's dashboard", () => {
  const dashboard = modelDashboard(contract);

  test("is found under the model's name", () => {
    expect(dashboard).toMatchObject({ uid: "loan-approval", title: "Model loan-approval" });
  });

  test.each([
    ["Share of server errors", "above", 0.001],
    ["Latency", "above", 0.1],
    ["Burn of the error budget", "above", 14.4],
    ["Late answers", "above", 0.01],
    ["Precision", "below", 0.9],
    ["Recall", "below", 0.85],
    ["Brier", "above", 0.1],
    ["Features, against their threshold", "above", 1],
    ["selection-rate-ratio by race", "below", 0.8],
    ["equalized-odds-difference by sex", "above", 0.2],
  ] as const)("draws the limit of %s where the contract has it: bad %s %d", (title, bad, value) => {
    expect(limit(panel(dashboard, title))).toEqual(
      bad === "above"
        ? [
            { color: "green", value: null },
            { color: "red", value },
          ]
        : [
            { color: "red", value: null },
            { color: "green", value },
          ],
    );
  });

  test("draws no limit where the contract has none", () => {
    expect(limit(panel(dashboard, "Accuracy"))).toEqual([{ color: "green", value: null }]);
  });

  test("follows another contract", () => {
    const other = modelDashboard({
      ...contract,
      slos: { ...contract.slos, availability: 0.99, latencyP99: latency.parse("2 seconds") },
    });
    expect(limit(panel(other, "Share of server errors"))?.[1]).toEqual({
      color: "red",
      value: 0.01,
    });
    expect(limit(panel(other, "Latency"))?.[1]).toEqual({ color: "red", value: 2 });
  });

  test("compares drift with the threshold of the window's own rows, never with a fixed one", () => {
    expect(exprs(panel(dashboard, "Features, against their threshold"))).toEqual([
      'max by (feature) (causeway:psi:window{model="loan-approval",feature!="score"} / causeway:psi_threshold:window{model="loan-approval",feature!="score"})',
    ]);
    expect(psiThreshold(0.01, 10, 1_000, 1_000)).not.toBeCloseTo(
      psiThreshold(0.01, 10, 100, 1_000),
      3,
    );
  });

  test("fills the interval between its edges, and draws no line at them", () => {
    const { overrides } = panel(dashboard, "Recall").fieldConfig!;
    expect(overrides.map(({ matcher }) => matcher.options)).toEqual(["B", "C"]);
    expect(overrides[1]?.properties).toContainEqual({ id: "custom.fillBelowTo", value: "lower" });
    for (const { properties } of overrides)
      expect(properties).toContainEqual({ id: "custom.lineWidth", value: 0 });
  });

  test("shows what the rules record of the model: no series is made for nothing but other rules", () => {
    const shown = new Set(drawn(dashboard).flatMap(exprs).flatMap(metricsIn));
    for (const recorded of [
      series.requests,
      series.errorRatio,
      series.latency,
      series.saturation,
      series.performance,
      series.performanceLower,
      series.psi,
      series.accuracyFall,
      series.groupRate,
      series.fairness,
      series.fairnessUpper,
      series.value,
      series.signal,
      series.bandCenter,
    ])
      expect(shown).toContain(recorded);
  });

  test("has the use of GPUs only for a contract that asks for GPUs", () => {
    expect(dashboard.panels.map(({ title }) => title)).not.toContain("GPU use");
    expect(exprs(panel(modelDashboard(gpuContract), "GPU use"))).toEqual([
      'causeway:gpu_use:ratio5m{model="loan-approval"}',
    ]);
  });

  test("marks releases: a version that did not run five minutes before", () => {
    expect(dashboard.annotations.list[0]).toMatchObject({
      name: "Releases",
      expr: 'count by (model, version) (causeway_build_info{model="loan-approval"}) unless count by (model, version) (causeway_build_info{model="loan-approval"} offset 5m)',
    });
  });
});

test("the fleet shows GPUs where a model asks for one", () => {
  const titles = (gpu: boolean) =>
    regionalDashboards({ gpu })["fleet"]!.panels.map(({ title }) => title);
  expect(titles(true)).toEqual(expect.arrayContaining(["GPU use, by model", "GPU memory in use"]));
  expect(titles(false).filter((title) => title.includes("GPU"))).toEqual([]);
});

test("a dashboard is a ConfigMap that Grafana's sidecar finds in its own namespace", () => {
  const map = dashboardMap(modelDashboard(contract));
  expect(map.metadata).toMatchObject({
    name: "loan-approval-dashboard",
    namespace: "causeway-observability",
    labels: { grafana_dashboard: "1" },
  });
  expect(JSON.parse(map.data["loan-approval.json"]!)).toEqual(
    JSON.parse(JSON.stringify(modelDashboard(contract))),
  );
});

test("panels that do not fit beside each other go to the next line", () => {
  const one = {
    title: "p",
    unit: "none",
    queries: [{ expr: "up", legend: "" }],
    width: 12,
  } as const;
  const { panels } = dashboardJson({
    uid: "u",
    title: "t",
    description: "d",
    source: "s",
    from: "now-1h",
    annotations: [],
    rows: [{ title: "r", panels: [one, one, one] }],
  });
  expect(panels.map(({ gridPos: { x, y } }) => [x, y])).toEqual([
    [0, 0],
    [0, 1],
    [12, 1],
    [0, 9],
  ]);
});
