import type { ResourceView } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { judge } from "../../policies/judge";
import { packConfig } from "../../cli/plan/judgement";
import { viewOf, type RecordedResource } from "../../cli/plan/resource";
import { join } from "node:path";
import { fixtureProject } from "../harness/fixtures";
import { planOf } from "../support/stacks";
import { accessRows } from "./access-mutations";
import { mutated, type Mutation } from "./mutation";
import { trustRows } from "./trust-mutations";
import { access } from "./mutations/access";
import { governance } from "./mutations/governance";
import { reliability } from "./mutations/reliability";
import { workflows } from "./mutations/workflows";
import { workloads } from "./mutations/workloads";

const rows = [
  ...workflows,
  ...access,
  ...accessRows,
  ...trustRows,
  ...workloads,
  ...reliability,
  ...governance,
];

let good: readonly RecordedResource[] = [];
const views = new Map<RecordedResource, ResourceView>();
beforeAll(async () => {
  good = (await planOf("prod")).resources;
  for (const resource of good) views.set(resource, viewOf(resource));
});

const config = packConfig(join(fixtureProject, "policies", "config", "prod.json"));

/** Mandatory violations of one rule over some resources. */
function fires(name: string, resources: readonly RecordedResource[]): number {
  const rule = rules.filter((candidate) => candidate.name === name);
  expect(rule).toHaveLength(1);
  const judged = resources.map((resource) => views.get(resource) ?? viewOf(resource));
  return judge(rule, judged, config).filter(({ enforcement }) => enforcement === "mandatory")
    .length;
}

test(`the table changes at least 120 fields (${rows.length})`, () =>
  expect(rows.length).toBeGreaterThanOrEqual(120));

/** Jest fills a short row with its own callback, so each row gets all four columns. */
const table = rows.map(([rule, target, path, value]) => [rule, target, path, value] as const);

test.each([...new Set(rows.map(([rule]) => rule))])("%s is silent on the good stack", (rule) => {
  expect(fires(rule, good)).toBe(0);
});

test.each(table)("%s fires on %s %s", (rule, target, path, value) => {
  const mutation: Mutation = { rule, target, ...(path === undefined ? {} : { path }), value };
  expect(fires(rule, mutated(good, mutation))).toBeGreaterThan(0);
});
