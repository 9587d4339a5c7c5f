import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packConfig } from "../../cli/plan/judgement";
import type { StackPlan } from "../../cli/plan/plan";
import { isProvider, type RecordedResource } from "../../cli/plan/resource";
import { readStackFile, stackNames } from "../../cli/plan/stack-file";
import { rules } from "../../policies/rules";
import { parseYaml } from "../../services/contract/yaml";
import { planWith } from "../support/planning";
import { project } from "../support/stacks";

/**
 * Longest physical name by type. Sources: "Quotas" and naming rules of each service in the AWS
 * documentation; names of Kubernetes objects that end up in labels or in DNS have 63 characters.
 */
const longest: Readonly<Record<string, number>> = {
  "aws:s3/bucket:Bucket": 63,
  "aws:iam/role:Role": 64,
  "aws:iam/policy:Policy": 128,
  "aws:lb/loadBalancer:LoadBalancer": 32,
  "aws:lb/targetGroup:TargetGroup": 32,
  "aws:eks/cluster:Cluster": 100,
  "aws:kms/alias:Alias": 256,
  "aws:ecr/repository:Repository": 256,
  "aws:sns/topic:Topic": 256,
  "aws:cloudwatch/eventRule:EventRule": 64,
  "aws:cloudwatch/logGroup:LogGroup": 512,
  "aws:cloudtrail/trail:Trail": 128,
  "kubernetes:helm.sh/v3:Release": 53,
  "kubernetes:batch/v1:CronJob": 52,
  "kubernetes:argoproj.io/v1alpha1:CronWorkflow": 52,
};
const longestObject = 63;
/** What the engine adds to a logical name where the program gives no physical one. */
const suffix = "-0123456".length;

function nameOf({ name, inputs }: RecordedResource): string {
  const metadata = inputs["metadata"] as { name?: unknown } | undefined;
  const given = [inputs["bucket"], inputs["name"], metadata?.name];
  return given.find((value) => typeof value === "string") ?? name + "x".repeat(suffix);
}

function tooLong(resource: RecordedResource): string[] {
  const limit =
    longest[resource.type] ??
    (resource.type.startsWith("kubernetes:") && !isProvider(resource) ? longestObject : undefined);
  const name = nameOf(resource);
  return limit === undefined || name.length <= limit
    ? []
    : [`${resource.type} ${name} has ${name.length} characters of ${limit}`];
}

describe.each(stackNames(project))("the committed stack %s", (stack) => {
  const configured = join(project, "policies", "config", `${stack}.json`);
  let plan: StackPlan;
  beforeAll(async () => void (plan = await planWith(project, stack)));

  test("is read, and every value that the cloud would give is filled", () => {
    expect(plan.gaps).toEqual([]);
    expect(plan.config.models.length).toBeGreaterThan(0);
  });

  // The engine refuses a stack without one of them; the offline plan does not read that list.
  test("sets every key that the project's file lists", () => {
    const file = join(project, "Pulumi.yaml");
    const { config } = parseYaml(readFileSync(file, "utf8"), file) as { config: object };
    const { values } = readStackFile(join(project, `Pulumi.${stack}.yaml`));
    expect(Object.keys(config).filter((key) => !(`causeway:${key}` in values))).toEqual([]);
  });

  test("breaks no mandatory rule", () => {
    expect(
      plan.judgement.violations.filter(({ enforcement }) => enforcement === "mandatory"),
    ).toEqual([]);
  });

  test("has a policy configuration, and it names rules that exist", () => {
    expect(existsSync(configured)).toBe(true);
    const known = rules.map(({ name }) => name);
    expect(Object.keys(packConfig(configured)).filter((name) => !known.includes(name))).toEqual([]);
  });

  test("gives no resource a longer name than its service takes", () => {
    expect(plan.resources.filter(({ custom }) => custom).flatMap(tooLong)).toEqual([]);
  });
});
