import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { modelsFolder } from "../harness/fixtures";
import { healthSeries } from "../../infra/platform/elastic/health";
import { foreignMetrics } from "../../infra/observability/foreign";
import { alerts, platformAlerts, retrainingDue } from "../../infra/gates/alerts";
import { ruleGroups } from "../../infra/observability/rules";
import { proxyMetricsPort } from "../../infra/serving/monitoring";
import { loadContract } from "../../services/contract/load";
import { metrics, seriesNames } from "../../services/contract/metrics";
import { planOf, project, stacks } from "../support/stacks";
import type { StackPlan } from "../../cli/plan/plan";
import { metricsIn, syntaxErrors } from "../infra/observability/fixture";

const contracts = readdirSync(modelsFolder)
  .filter((name) => existsSync(join(modelsFolder, name, "model.yaml")))
  .map((name) => loadContract(modelsFolder, name));
// Also as if each asked for a GPU: what is made only then must hold too.
const withGpu = contracts.map((contract) => ({
  ...contract,
  serving: { ...contract.serving, gpu: 1 },
}));
const rules = [...contracts, ...withGpu].flatMap((contract) =>
  ruleGroups(contract).flatMap((group) => [...group.rules]),
);

const exported = new Set<string>(Object.values(metrics).flatMap((family) => seriesNames(family)));
const recorded = new Set<string>(rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])));
// Prometheus itself makes `up`, for each target that it reads.
const others = new Set<string>([...foreignMetrics, ...healthSeries, "up"]);
const known = (name: string) => exported.has(name) || recorded.has(name) || others.has(name);

/**
 * Every PromQL text in what the program registers: under these keys in rules, templates and
 * autoscalers, and in the JSON of dashboards.
 */
function queriesIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") {
    if (key.endsWith(".json") && value.includes('"panels"')) return queriesIn(JSON.parse(value));
    return key === "expr" || key === "query" ? [value] : [];
  }
  if (Array.isArray(value)) return value.flatMap((item) => queriesIn(item, key));
  return value === null || typeof value !== "object"
    ? []
    : Object.entries(value).flatMap(([name, item]) => queriesIn(item, name));
}

/** Arguments that a controller fills in before Prometheus reads the query. */
const filled = (query: string) => query.replaceAll(/\{\{[^}]*\}\}/g, "1");

const plans: StackPlan[] = [];
const queries: { readonly resource: string; readonly type: string; readonly query: string }[] = [];
beforeAll(async () => {
  for (const stack of stacks) {
    const plan = await planOf(stack);
    plans.push(plan);
    for (const { name, type, inputs } of plan.resources)
      queries.push(
        ...queriesIn(inputs).map((query) => ({
          resource: `${stack} ${name}`,
          type,
          query: filled(query),
        })),
      );
  }
});

test.each(["PrometheusRule", "ConfigMap", "AnalysisTemplate", "ScaledObject"])(
  "the plan has queries in objects of kind %s",
  (kind) => {
    expect(queries.filter(({ type }) => type.endsWith(`:${kind}`)).length).toBeGreaterThan(0);
  },
);

test.each(["loan-approval", "fleet", "regions", "retraining", "governance"])(
  "every stack has the dashboard %s",
  (name) => {
    for (const stack of stacks)
      expect(
        queries.filter(
          ({ resource }) =>
            resource.startsWith(`${stack} `) && resource.endsWith(`${name}-dashboard`),
        ).length,
      ).toBeGreaterThan(0);
  },
);

test("every query of every stack is valid PromQL over series that exist", () => {
  const wrong = queries.flatMap(({ resource, query }) => [
    ...syntaxErrors(query).map((at) => `${resource}: syntax at ${at} of ${query}`),
    ...metricsIn(query)
      .filter((name) => !known(name))
      .map((name) => `${resource}: nothing exports ${name === "" ? query : name}`),
  ]);
  expect(wrong).toEqual([]);
});

test("a query of a metric that nobody exports is found", () => {
  expect(
    metricsIn('sum(rate(causeway_imagined_total{model="m"}[5m])) / on () down').filter(
      (name) => !known(name),
    ),
  ).toEqual(["causeway_imagined_total", "down"]);
});

test("labels that a query selects or groups by are labels of the metric", () => {
  // Of the server itself, and what the monitor of its pods adds.
  const scraped = [
    "model",
    "version",
    "le",
    "pod",
    "namespace",
    "container",
    "rollouts_pod_template_hash",
  ];
  for (const { query } of queries) {
    for (const [, name = "", matchers = ""] of query.matchAll(/\b([a-z_]+)\{([^}]*)\}/g)) {
      const family = Object.values(metrics).find((candidate) =>
        seriesNames(candidate).includes(name),
      );
      if (!family) continue;
      for (const [, label] of matchers.matchAll(/(?:^|,)([a-z_]+)(?:=|!)/g))
        expect([name, [...family.labels, ...scraped]]).toEqual([
          name,
          expect.arrayContaining([label]),
        ]);
    }
  }
});

test("the proxy's metrics are kept by the monitor that scrapes them", () => {
  const monitors = plans
    .flatMap(({ resources }) => resources)
    .filter(({ type }) => type.endsWith(":PodMonitor"));
  expect(JSON.stringify(monitors.map(({ inputs }) => inputs))).toContain(
    "istio_(requests_total|request_duration_milliseconds_.*)",
  );
  expect(proxyMetricsPort).toBe(15_090);
});

/** Alerts anywhere in the inputs of a resource, as Prometheus (`alert`) or Grafana (`title`) names them. */
function alertsWithin(value: unknown): { name: string; annotations: Record<string, unknown> }[] {
  if (typeof value !== "object" || value === null) return [];
  const { alert, title, annotations } = value as Record<string, unknown>;
  const name = alert ?? title;
  return [
    ...(typeof name === "string" && typeof annotations === "object" && annotations !== null
      ? [{ name, annotations: annotations as Record<string, unknown> }]
      : []),
    ...Object.values(value).flatMap(alertsWithin),
  ];
}

describe("every alert", () => {
  const declared: Readonly<
    Record<string, { readonly runbook: string; readonly description: string }>
  > = { ...alerts, ...platformAlerts, [retrainingDue.name]: retrainingDue };
  const folder = join(project, "docs", "runbooks");

  /** What a plan tells people by: the alerts of its Prometheus rules and of Grafana. */
  const toldIn = ({ resources }: (typeof plans)[number]) =>
    resources.flatMap(({ type, inputs }) =>
      /:(PrometheusRule|Release)$/.test(type) ? alertsWithin(inputs) : [],
    );

  test("that is declared is made, and none else", () => {
    const names = plans.map((each) => new Set(toldIn(each).map(({ name }) => name)));
    const made = new Set(rules.flatMap((rule) => ("alert" in rule ? [rule.alert] : [])));
    for (const each of names) for (const name of each) made.add(name as never);
    expect([...made].sort()).toEqual(Object.keys(declared).sort());
    // Grafana makes what asks for the metrics of all regions.
    const stacksOf = (name: string) =>
      plans.filter((_, i) => names[i]!.has(name)).map(({ stack }) => stack);
    expect(stacksOf("CausewayStandbyStale")).toEqual(["dev", "prod"]);
    expect(stacksOf(retrainingDue.name)).toEqual(["prod"]);
  });

  test.each([...stacks])(
    "of %s says what happened, the value and the next step, and where its page is",
    (stack) => {
      const told = plans.filter((each) => each.stack === stack).flatMap(toldIn);
      expect(told.length).toBeGreaterThan(20);
      for (const { name, annotations } of told) {
        expect([name, annotations]).toEqual([
          name,
          {
            summary: expect.stringMatching(/\S/),
            description: declared[name]!.description,
            runbook_url: expect.stringMatching(/^https:\/\/\S+\/docs\/runbooks\/[a-z-]+\.md$/),
          },
        ]);
        const page = String(annotations["runbook_url"]).split("/").pop();
        expect(page).toBe(`${declared[name]!.runbook}.md`);
        expect(existsSync(join(folder, String(page)))).toBe(true);
      }
    },
  );

  test("description has the value, or is one of those whose value says nothing", () => {
    const without = Object.entries(declared)
      .filter(([, { description }]) => !description.includes("{{ $value"))
      .map(([name]) => name);
    expect(without.sort()).toEqual([
      "CausewayModelAbsent",
      "CausewayRetrainingDue",
      "CausewayStandbyStale",
      "CausewayTrafficAbsent",
    ]);
  });

  test.each(Object.entries(declared))(
    "%s has a page that bears its name and says what it means, where to look and what to do",
    (name, { runbook }) => {
      const page = readFileSync(join(folder, `${runbook}.md`), "utf8");
      expect(page.split("\n")[0]).toBe(`# ${name}`);
      for (const part of ["**What it means.**", "**First look.**", "**What to do.**"])
        expect(page).toContain(part);
    },
  );

  test("page belongs to an alert", () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.values(declared)
        .map(({ runbook }) => `${runbook}.md`)
        .sort(),
    );
  });

  test("page asks for series that exist", () => {
    for (const { runbook } of Object.values(declared)) {
      const blocks = [
        ...readFileSync(join(folder, `${runbook}.md`), "utf8").matchAll(/```\n([\s\S]*?)```/g),
      ].flatMap(([, block = ""]) => block.split("\n"));
      for (const line of blocks.filter(
        (text) => text !== "" && !/^(kubectl|curl|np[mx]|GET) ?/.test(text),
      )) {
        expect([line, syntaxErrors(line)]).toEqual([line, []]);
        expect([line, metricsIn(line).filter((name) => !known(name))]).toEqual([line, []]);
      }
    }
  });
});

describe("every service objective", () => {
  /**
   * Which alerts watch an objective; a new one in the contract does not compile until it is here.
   */
  const watchedBy = {
    availability: ["CausewayErrorBudgetBurn", "CausewayErrorBudgetSlowBurn"],
    latencyP99: [
      "CausewayLatencyBudgetBurn",
      "CausewayLatencyBudgetSlowBurn",
      "CausewayLatencyObjectiveMissed",
    ],
    labelDelay: ["CausewayLabelsMissing"],
  } satisfies Record<keyof (typeof contracts)[number]["slos"], (keyof typeof alerts)[]>;

  test.each(contracts.map((contract) => [contract.name, contract] as const))(
    "of %s has an alert",
    (_, contract) => {
      const made = new Set<string>(
        ruleGroups(contract)
          .flatMap((group) => group.rules)
          .flatMap((rule) => ("alert" in rule ? [rule.alert] : [])),
      );
      for (const objective of Object.keys(contract.slos) as (keyof typeof watchedBy)[])
        for (const alert of watchedBy[objective]) expect(made).toContain(alert);
    },
  );
});
