import type { StackPlan } from "../../../cli/plan/plan";
import { planJson } from "../../../cli/plan/plan-json";
import { html, jsonScript } from "../../../cli/plan/report/html";
import { reportPage } from "../../../cli/plan/report/page";
import { reportSection } from "../../../cli/plan/report/stack";
import { summary } from "../../../cli/plan/summary";
import { areaTable } from "../../../cli/plan/table";
import { watchesOf } from "../../../cli/plan/watch";
import { jsonParts } from "../../../cli/plan/write";
import { planOf } from "../../support/stacks";
import { smallPlan } from "./fixture";

let plan: StackPlan;
beforeAll(async () => (plan = await smallPlan()));

describe("the table of areas", () => {
  it("counts what is created by area and region, and neither components nor providers", () => {
    expect(areaTable(plan)).toEqual({
      regions: ["eu-west-1", "eu-central-1"],
      rows: expect.arrayContaining([
        { area: "Buckets", counts: [2, 0], total: 2 },
        { area: "Model service", counts: [2, 2], total: 4 },
      ]),
      totals: [7, 4],
      total: 11,
    });
  });
});

describe("plan.json", () => {
  it("is written item by item as JSON.stringify writes it at once", () => {
    for (const value of [planJson(plan), {}, { a: [], b: undefined, c: { d: [1, "\n"] }, e: NaN }])
      expect([...jsonParts(value)].join("")).toBe(`${JSON.stringify(value, null, 2)}\n`);
  });

  it("has the verdict, the counts, the findings and every resource", () => {
    const json = planJson(plan);
    expect(json).toMatchObject({
      stack: "prod",
      environment: "prod",
      verdict: "violations",
      counts: { resources: 11, rules: 3, mandatory: 1, advisory: 1 },
      gaps: [],
      recovery: { totalSeconds: 136, objectiveSeconds: 180 },
    });
    expect(json["violations"]).toEqual([
      {
        rule: "encryption-bucket-named",
        area: "encryption",
        severity: "high",
        enforcement: "mandatory",
        resource: expect.objectContaining({ name: "entry-names", type: "aws:s3/bucket:Bucket" }),
        message: 'Bucket "entry-names" must set <bucket>',
        remediation: "Set bucket.",
      },
      {
        rule: "governance-stack-note",
        area: "governance",
        severity: "high",
        enforcement: "advisory",
        message: "the stack must be looked at",
        remediation: "Look.",
      },
    ]);
    const resources = json["resources"] as Record<string, unknown>[];
    expect(resources).toHaveLength(plan.resources.length);
    expect(
      resources.find((resource) => resource["name"] === "foundation-buckets-versions"),
    ).toMatchObject({
      type: "aws:s3/bucketVersioning:BucketVersioning",
      region: "eu-west-1",
      area: "Buckets",
      inputs: { bucket: "data" },
      parent: expect.stringContaining("::foundation-buckets"),
    });
  });

  it("shows no secret, and is the same in every run", async () => {
    const first = JSON.stringify(planJson(plan));
    expect(first).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(first).toContain("[secret]");
    expect(JSON.stringify(planJson(await smallPlan()))).toBe(first);
  });
});

describe("the summary", () => {
  it("gives verdict, counts, recovery, and each finding with its fix", () => {
    const text = summary(plan);
    expect(text).toMatch(/^prod: REFUSED \(aws, eu-west-1, eu-central-1\)\n/);
    expect(text).toMatch(/Model service +2 +2 +4/);
    expect(text).toContain("recovery   136 s of 180 s");
    expect(text).toContain("3 rules: 1 mandatory violation");
    const { recovery } = plan;
    if (recovery === undefined) throw new Error("the plan of two regions has a recovery");
    expect(
      summary({
        ...plan,
        recovery: { ...recovery, loss: { ...recovery.loss, recoverySeconds: Infinity } },
      }),
    ).toContain("recovery   never (180 s allowed) when a region is lost");
    expect(text).toContain(
      'mandatory encryption-bucket-named (high)\n      Bucket "entry-names" must set <bucket>\n      fix: Set bucket.',
    );
  });
});

describe("the report", () => {
  let page: string;
  beforeAll(() => (page = reportPage([plan, { ...plan, stack: "dev" }].map(reportSection))));

  it("needs nothing but itself", () => {
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
    expect(page).not.toMatch(/@import|url\((?!#)/);
  });

  it("has a tab and a section for each stack", () => {
    expect([...page.matchAll(/role="tab" id="tab-(\w+)"/g)].map((match) => match[1])).toEqual([
      "prod",
      "dev",
    ]);
    expect(
      [...page.matchAll(/<section class="stack" id="(\w+)"/g)].map((match) => match[1]),
    ).toEqual(["prod", "dev"]);
  });

  it("draws every box of the topology and every arrow between them", () => {
    const drawing = /<figure class="architecture" data-stack="prod">.*?<\/figure>/s.exec(page)![0];
    const boxes = plan.topology.lanes.flatMap((lane) => lane.boxes);
    for (const box of boxes) expect(drawing).toContain(`data-urn="${box.urn}"`);
    expect([...drawing.matchAll(/<path class="edge/g)]).toHaveLength(plan.topology.edges.length);
  });

  it("says verdict, recovery, releases and findings in words", () => {
    for (const text of [
      "Refused",
      "2 min 16 s",
      "of 3 min allowed",
      "not published",
      "Recovery time",
      "Coverage of frameworks",
      "Regulation (EU) 2024/1689",
      "Art. 12",
      "encryption-bucket-named",
      "All resources",
    ])
      expect(page).toContain(text);
  });

  it("links each model to its rules, alerts, dashboards and gates, and has what the links name", async () => {
    const real = await planOf("local");
    const { groups, dashboards, gates } = watchesOf(real.resources)("loan-approval");
    expect(groups.flatMap(({ records }) => records)).toEqual(
      expect.arrayContaining([
        "causeway:error_ratio:ratio5m",
        "causeway:psi:window",
        "causeway:fairness:window",
      ]),
    );
    expect(groups.flatMap(({ alerts }) => alerts)).toContainEqual({
      name: "CausewayErrorBudgetBurn",
      severity: "critical",
      runbook: expect.stringMatching(/^https:\/\/.+\/docs\/runbooks\/error-budget-burn\.md$/),
    });
    expect(dashboards).toEqual([
      {
        title: "Model loan-approval",
        path: "/d/loan-approval",
        panels: expect.arrayContaining(["Latency", "Recall"]),
      },
    ]);
    expect(gates.flatMap(({ questions }) => questions).length).toBeGreaterThan(0);
    const shown = reportPage([reportSection(real)]);
    for (const part of ["rules", "alerts", "dashboards", "gates"])
      for (const text of [
        `href="#local-loan-approval-${part}"`,
        `id="local-loan-approval-${part}"`,
      ])
        expect(shown).toContain(text);
    for (const { name } of gates) expect(shown).toContain(`<code>${name}</code>`);
  });

  it("escapes what it shows", () => {
    expect(page).toContain("must set &lt;bucket&gt;");
    expect(page).not.toContain("must set <bucket>");
    expect(html`<p title="${'"'}">${"<&>"}</p>`.text).toBe('<p title="&quot;">&lt;&amp;&gt;</p>');
    expect(jsonScript("x", { text: "</script>" }).text).not.toContain('</script>"');
  });

  it("shows no secret", () => {
    expect(page).not.toMatch(/hunter2|aHVudGVyMg/);
  });
});
