import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ReleaseForecast } from "../../infra/stack/release-forecast";
import type { RecordedResource } from "../../cli/plan/resource";
import type { StackPlan } from "../../cli/plan/plan";
import { planOf, project, stacks, type StackName } from "../support/stacks";

const plans: Partial<Record<StackName, StackPlan>> = {};

beforeAll(async () => {
  // One after the other: the runtime holds one program at a time.
  for (const stack of stacks) plans[stack] = await planOf(stack);
});

const plan = (stack: StackName) => plans[stack]!;
const mandatory = (stack: StackName) =>
  plan(stack).judgement.violations.filter((violation) => violation.enforcement === "mandatory");
const isComponent = (resource: RecordedResource) => resource.type.startsWith("causeway:");

describe.each(stacks)("stack %s", (stack) => {
  test("builds, and every value that the cloud would give is filled", () => {
    expect(plan(stack).gaps).toEqual([]);
    expect(plan(stack).resources.length).toBeGreaterThan(100);
  });

  test("passes every mandatory rule", () => {
    expect(mandatory(stack)).toEqual([]);
  });

  test("says plainly that the sample's release is neither published nor signed and not yet approved, and has no other advisory", () => {
    const advisories = plan(stack).judgement.violations.filter(
      (violation) => violation.enforcement === "advisory",
    );
    expect(new Set(advisories.map((violation) => violation.rule))).toEqual(
      new Set([
        "governance-model-outstanding",
        "governance-model-published",
        "governance-model-signed",
        ...(stack === "prod" ? ["governance-image-published"] : []),
      ]),
    );
    expect(
      advisories
        .filter(({ rule }) => rule === "governance-model-published")
        .map(({ message }) => message),
    ).toContainEqual(expect.stringContaining("npx causeway release publish loan-approval"));
  });

  test("gives every resource a parent, and the stack itself only components, providers and what it is made of", () => {
    const orphans = plan(stack).resources.filter((resource) => resource.parent === undefined);
    expect(orphans.map((resource) => resource.urn)).toEqual([]);
    const known = new Set(plan(stack).resources.map((resource) => resource.urn));
    const top = plan(stack).resources.filter(
      (resource) =>
        !known.has(resource.parent ?? "") &&
        !isComponent(resource) &&
        !resource.type.startsWith("pulumi:providers:"),
    );
    expect(top.map((resource) => resource.urn)).toEqual([]);
  });

  test("names every child after its component", () => {
    const byUrn = new Map(plan(stack).resources.map((resource) => [resource.urn, resource]));
    const strangers = plan(stack).resources.filter((resource) => {
      const parent = resource.parent === undefined ? undefined : byUrn.get(resource.parent);
      return parent !== undefined && isComponent(parent) && !resource.name.startsWith(parent.name);
    });
    expect(strangers.map((resource) => `${resource.type} ${resource.name}`)).toEqual([]);
  });

  test("tells per model and region what is desired, where it answers, and its dashboard and rules", () => {
    const { models } = plan(stack).outputs as {
      models: Record<string, Record<string, Record<string, string>>>;
    };
    for (const { name } of plan(stack).config.regions) {
      const outputs = models["loan-approval"]![name]!;
      expect(outputs["desiredDigest"]).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(outputs["endpoint"]).toMatch(/^https:\/\/.*\/v2\/models\/loan-approval$/);
      expect(outputs["dashboard"]).toContain("/d/loan-approval");
      expect(outputs["rules"]).toContain("loan-approval");
    }
  });

  test("tells how long the next release of a model takes at its traffic, and with what share of all requests it is tried", () => {
    const { releases } = plan(stack).outputs as { releases: Record<string, ReleaseForecast> };
    const { largestUnprovenShare, regions } = releases["loan-approval"]!;
    expect(Object.keys(regions).sort()).toEqual(
      plan(stack)
        .config.regions.map(({ name }) => name)
        .sort(),
    );
    for (const { requestsPerSecond, trafficFrom, minutesToVerdict, pauses } of Object.values(
      regions,
    )) {
      expect([requestsPerSecond > 0, minutesToVerdict > 0, pauses]).toEqual([true, true, false]);
      expect(trafficFrom).toBe(stack === "prod" ? "requestsPerSecond" : "replicas");
    }
    expect(largestUnprovenShare).toBe(plan(stack).releases[0]!.trial.largestUnprovenShare);
  });

  test("reports the same cost to its users as the plan finds in its resources", () => {
    const { estimatedMonthlyUsd } = plan(stack).outputs as {
      estimatedMonthlyUsd: {
        total: number;
        byRegion: Record<string, number>;
        byModel: Record<string, number>;
      };
    };
    const { total, byRegion, byModel } = plan(stack).cost;
    expect(estimatedMonthlyUsd).toEqual({ total, byRegion, byModel });
  });

  test("leaves replicas to the autoscaler and weights to the rollout", () => {
    const rollouts = plan(stack).resources.filter((resource) => resource.type.endsWith(":Rollout"));
    expect(rollouts.length).toBe(
      plan(stack).config.regions.length * plan(stack).config.models.length,
    );
    for (const rollout of rollouts) expect(rollout.inputs["spec"]).not.toHaveProperty("replicas");
    for (const routes of plan(stack).resources.filter((resource) =>
      resource.name.endsWith("-loan-approval-routes"),
    )) {
      expect(routes.options.ignoreChanges).toEqual([
        "spec.http[0].route[0].weight",
        "spec.http[0].route[1].weight",
      ]);
    }
  });
});

test("only the home region retrains, and every other has a promoter that it asks", () => {
  const named = (type: string) =>
    plan("prod")
      .resources.filter((resource) => resource.type === type)
      .map(({ name }) => name);
  expect(named("causeway:regional:Retraining")).toEqual(["eu-west-1-retraining"]);
  expect(named("causeway:regional:Follower")).toEqual(["eu-central-1-promotion"]);
});

test("of several regions home alone hears of alerts that start a retraining; a single region hears its own", () => {
  const heard = (stack: StackName) =>
    plan(stack)
      .resources.filter(
        ({ type, inputs }) => type.endsWith(":Release") && inputs["name"] === "prometheus",
      )
      .map(({ region, inputs }) => {
        const { config } = (
          inputs["values"] as {
            alertmanager: {
              config: { route: { routes: { receiver: string; matchers: string[] }[] } };
            };
          }
        ).alertmanager;
        return [
          region,
          config.route.routes
            .filter(({ receiver }) => receiver === "retraining")
            .map(({ matchers }) => matchers.length),
        ];
      });
  expect(heard("prod")).toEqual([
    ["eu-west-1", [2]],
    ["eu-central-1", []],
  ]);
  expect([heard("dev"), heard("local")]).toEqual([[["eu-west-1", [1]]], [["local", [1]]]]);
});

test("prod has two complete regions: but for retraining, promotion, erasure and checkpoints, what one has, the other has", () => {
  const [home, second] = plan("prod").config.regions.map((region) => region.name) as [
    string,
    string,
  ];
  const shape = (region: string) =>
    plan("prod")
      .resources.filter(
        (resource) =>
          resource.region === region &&
          resource.name.startsWith(region) &&
          !/-(retraining|promotion|erasure|ledger)\b/.test(resource.name),
      )
      .map((resource) => `${resource.type} ${resource.name}`.replaceAll(region, "REGION"))
      .sort();
  expect(shape(home).length).toBeGreaterThan(200);
  expect(shape(second)).toEqual(shape(home));
});

test("in prod the second region takes a release only after the first has ended well", () => {
  const named = (name: string) =>
    plan("prod").resources.find((resource) => resource.name === name)!;
  const first = named("eu-west-1-loan-approval-rollout");
  for (const name of ["eu-central-1-loan-approval", "eu-central-1-loan-approval-rollout"])
    expect(named(name).options.dependencies).toContain(first.urn);
  expect(
    (first.inputs["metadata"] as { annotations: Record<string, string> }).annotations[
      "pulumi.com/waitFor"
    ],
  ).toContain("jsonpath={.status.phase}=Healthy");
});

test("local has no resource of AWS", () => {
  expect(
    plan("local").resources.filter((resource) => /^(pulumi:providers:)?aws/.test(resource.type)),
  ).toEqual([]);
});

test("dev builds the model's image, prod and local take it by digest", () => {
  const images = (stack: StackName) =>
    plan(stack).resources.filter((resource) => resource.type === "docker-build:index:Image");
  expect(images("dev").length).toBe(plan("dev").config.models.length);
  expect(images("prod")).toEqual([]);
  expect(images("local")).toEqual([]);
});

describe("causeway plan", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["cli/causeway.mjs", "plan", ...args], {
      cwd: project,
      encoding: "utf8",
    });

  test("refuses a bad stack file with exit 2 and every problem", () => {
    const result = run(
      "--stack",
      "prod",
      "--config-file",
      join("test", "infra", "stack", "corpus", "several-at-once.yaml"),
    );
    expect(result.status).toBe(2);
    for (const key of ["account", "regions[1].cidr", "models[0].name", "replicas"])
      expect(result.stderr).toContain(`${key}: got`);
  });
});

test("every page that an alert names exists", () => {
  const pages = plan("local").resources.flatMap(
    (resource) => JSON.stringify(resource.inputs).match(/docs\/runbooks\/[a-z-]+\.md/g) ?? [],
  );
  expect(pages.length).toBeGreaterThan(0);
  for (const page of pages) expect(existsSync(join(project, page))).toBe(true);
  expect(
    readdirSync(join(project, "docs", "runbooks")).every((file) =>
      readFileSync(join(project, "docs", "runbooks", file), "utf8").startsWith("# "),
    ),
  ).toBe(true);
});
