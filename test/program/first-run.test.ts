import { readFileSync } from "node:fs";
import { join } from "node:path";
import { firstRunPage } from "../../cli/docs/docs";
import { quotas, regionPlan } from "../../cli/doctor/quota-needs";
import type { RecordedResource } from "../../cli/plan/resource";
import { planOf, project } from "../support/stacks";

let dev: readonly RecordedResource[];
let prod: readonly RecordedResource[];
beforeAll(async () => {
  [dev, prod] = [(await planOf("dev")).resources, (await planOf("prod")).resources];
});

test("docs/first-run.md has what the plans need: npm run docs", () =>
  expect(readFileSync(join(project, "docs", "first-run.md"), "utf8")).toBe(
    firstRunPage({ dev, prod }),
  ));

test("a quota is asked for what the plan has, and for nodes that hold what its pods reserve", () => {
  const needs = (code: string) =>
    quotas.find((quota) => quota.code === code)!.need(regionPlan(prod, "eu-central-1"));
  const here = prod.filter(({ region }) => region === "eu-central-1");
  const count = (type: string) => here.filter((resource) => resource.type === type).length;
  expect(needs("L-0263D0A3")).toBe(count("aws:ec2/natGateway:NatGateway"));
  expect(needs("L-F678F1CE")).toBe(1);
  // Three replicas of the model, of which each asks for one core or less, and the platform.
  expect(needs("L-1216C47A")).toBeGreaterThan(8);
  expect(needs("L-1216C47A") % 4).toBe(0);
});

test("a model with a GPU needs vCPUs of graphics instances", () => {
  const pod = {
    containers: [{ resources: { limits: { "nvidia.com/gpu": "1" }, requests: { cpu: "2" } } }],
  };
  const [some] = prod.filter(({ type }) => type === "kubernetes:apps/v1:Deployment");
  const gpu: RecordedResource = {
    ...some!,
    type: "kubernetes:apps/v1:Deployment",
    region: "eu-west-1",
    inputs: { metadata: { name: "gpu" }, spec: { replicas: 2, template: { spec: pod } } },
  };
  const before = regionPlan(prod, "eu-west-1");
  const after = regionPlan([...prod, gpu], "eu-west-1");
  expect(before.graphicsCpu).toBe(0);
  expect([after.graphicsCpu, after.generalCpu]).toEqual([8, before.generalCpu]);
});
