import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { releaseOrder } from "../../infra/stack/release-order";
import type { StackPlan } from "../../cli/plan/plan";
import { planFixture, stackFile } from "../support/stacks";

let plan: StackPlan;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "causeway-drained-"));
  const configFile = join(folder, "Pulumi.prod.yaml");
  // The home of keys, buckets and retraining, where it matters most that nothing waits for it.
  writeFileSync(
    configFile,
    readFileSync(stackFile("prod"), "utf8").replace(
      "cidr: 10.32.0.0/16 }",
      "cidr: 10.32.0.0/16, drained: { reason: the network of the region is unreliable } }",
    ),
  );
  plan = await planFixture("prod", configFile);
  rmSync(folder, { recursive: true });
});

/**
 * URNs that a resource waits for, at any distance: what it depends on, what holds it, and what
 * those depend on.
 */
function waitsFor(name: string): Set<string> {
  const byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
  const start = plan.resources.find((resource) => resource.name === name);
  if (start === undefined) throw new Error(`no ${name}`);
  const seen = new Set<string>();
  const open = [start.urn];
  for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
    const resource = byUrn.get(urn);
    if (resource === undefined || seen.has(urn)) continue;
    seen.add(urn);
    open.push(
      ...resource.options.dependencies,
      ...Object.values(resource.options.propertyDependencies).flat(),
    );
  }
  return seen;
}

/** Names of resources inside the drained region among some. */
const inDrained = (urns: ReadonlySet<string>) =>
  plan.resources
    .filter(({ urn, name }) => urns.has(urn) && name.startsWith("eu-west-1-"))
    .map(({ name }) => name);

test("a drained region is named by no record, and all of its resources stay", () => {
  const records = plan.resources
    .filter(({ type }) => type === "aws:route53/record:Record")
    .map(({ name }) => name);
  expect(records.filter((name) => name.startsWith("entry-")).sort()).toEqual([
    "entry-eu-central-1",
    "entry-eu-central-1-primary",
    "entry-eu-west-1-primary",
  ]);
  expect(plan.resources.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "eu-west-1-loan-approval-rollout",
      "eu-west-1-cluster",
      "eu-west-1-retraining",
      "entry-eu-west-1-check",
    ]),
  );
});

test("names and releases of the other region wait for nothing in the drained one", () => {
  for (const name of [
    "entry-eu-central-1",
    "entry-eu-west-1-primary",
    "entry-eu-central-1-primary",
    "eu-central-1-loan-approval-rollout",
  ])
    expect([name, ...inDrained(waitsFor(name))]).toEqual([name]);
});

test("a drained region takes a release last", () => {
  expect(waitsFor("eu-west-1-loan-approval-rollout")).toContain(
    plan.resources.find(({ name }) => name === "eu-central-1-loan-approval-rollout")?.urn,
  );
  const template = plan.resources.find(
    ({ name }) => name === "eu-west-1-retraining-loan-approval-template",
  );
  expect(JSON.stringify(template?.inputs)).toMatch(
    /--region=eu-central-1",\s*"--region=eu-west-1"/,
  );
  expect(
    releaseOrder([
      { name: "a", drained: { reason: "x" } },
      { name: "b" },
      { name: "c", drained: { reason: "x" } },
      { name: "d" },
    ]).map(({ name }) => name),
  ).toEqual(["b", "d", "a", "c"]);
});

test("the plan says that nothing is left to fail over to, and that the other region carries the callers", () => {
  expect(plan.recovery).toMatchObject({
    failsOver: false,
    loss: { losses: [], drains: [{ drained: ["eu-west-1"], by: "eu-central-1" }] },
  });
  expect(plan.recovery?.loss.drains[0]?.takeovers[0]).toMatchObject({
    model: "loan-approval",
    load: 600,
    capacity: 6_000,
  });
});

test("a retraining asks the regions in service first, though its runs are in the drained one", () => {
  const text = JSON.stringify(
    plan.resources.find(
      ({ type }) => type.endsWith(":WorkflowTemplate") && type.includes("argoproj"),
    )?.inputs,
  );
  expect(text).toContain(
    '"--region=eu-central-1","--region=eu-west-1","--home=eu-west-1","--orders=s3://',
  );
  expect(
    plan.resources
      .filter(({ type }) => type === "kubernetes:batch/v1:CronJob")
      .map(({ name }) => name)
      .sort(),
  ).toEqual([
    "eu-central-1-erasure-job",
    ...plan.config.models.map(({ name }) => `eu-central-1-promotion-${name}`).sort(),
    "eu-central-1-resumer-job",
    "eu-west-1-ledger-job",
    "eu-west-1-resumer-job",
  ]);
});
