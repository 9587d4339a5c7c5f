import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RecordedResource } from "../../cli/plan/resource";
import { fixtureProject } from "../harness/fixtures";
import { stackFile } from "../support/stacks";

const { planWith } =
  jest.requireActual<typeof import("../support/planning")>("../support/planning");

/** Two stacks of the environment dev in one account and in the same regions; one name begins the other. */
const stacks = ["dev", "dev2"] as const;
const account = "111122223333";

let project: string;
const plans = new Map<string, readonly RecordedResource[]>();
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "causeway-two-"));
  cpSync(fixtureProject, project, { recursive: true });
  const dev = readFileSync(stackFile("dev"), "utf8").replace(
    "    - { name: eu-west-1, cidr: 10.16.0.0/16 }",
    "    - { name: eu-west-1, cidr: 10.16.0.0/16 }\n    - { name: eu-central-1, cidr: 10.17.0.0/16 }",
  );
  for (const stack of stacks) {
    const text = dev
      .replaceAll("10.16.", stack === "dev" ? "10.16." : "10.18.")
      .replaceAll("10.17.", stack === "dev" ? "10.17." : "10.19.")
      .replace("name: dev.models.example.com", `name: ${stack}.models.example.com`);
    writeFileSync(join(project, `Pulumi.${stack}.yaml`), text);
    plans.set(stack, (await planWith(project, stack)).resources);
  }
});
afterAll(() => rmSync(project, { recursive: true }));

const resourcesOf = (stack: string) => plans.get(stack) ?? [];
const regionOf = ({ options }: RecordedResource) =>
  /pulumi:providers:aws::([a-z0-9-]+)$/.exec(String(options.provider))?.[1] ?? "";

/** Input that holds the name of a type, where AWS wants names to be different. */
const nameInputs: Readonly<Record<string, string>> = {
  "aws:accessanalyzer/analyzer:Analyzer": "analyzerName",
  "aws:amp/workspace:Workspace": "alias",
  "aws:s3/bucket:Bucket": "bucket",
};
/** Types whose input `name` or `bucket` names something else. */
const others = /^aws:(s3|guardduty)\//;

/** What a resource is called in its account and region; undefined where the engine adds digits. */
function physicalName(resource: RecordedResource): string | undefined {
  const { type, inputs } = resource;
  if (!type.startsWith("aws:") || (others.test(type) && nameInputs[type] === undefined))
    return undefined;
  const name = inputs[nameInputs[type] ?? "name"];
  return typeof name === "string" ? `${type} ${regionOf(resource)} ${name}` : undefined;
}

/** ARN of what a policy may name, without region and account where it has none. */
const arns: Readonly<Record<string, (name: string, region: string) => string>> = {
  "aws:accessanalyzer/analyzer:Analyzer": (name, region) =>
    `arn:aws:access-analyzer:${region}:${account}:analyzer/${name}`,
  "aws:cloudtrail/trail:Trail": (name, region) =>
    `arn:aws:cloudtrail:${region}:${account}:trail/${name}`,
  "aws:cloudwatch/logGroup:LogGroup": (name, region) =>
    `arn:aws:logs:${region}:${account}:log-group:${name}:log-stream:one`,
  "aws:ecr/repository:Repository": (name, region) =>
    `arn:aws:ecr:${region}:${account}:repository/${name}`,
  "aws:eks/cluster:Cluster": (name, region) => `arn:aws:eks:${region}:${account}:cluster/${name}`,
  "aws:iam/policy:Policy": (name) => `arn:aws:iam::${account}:policy/${name}`,
  "aws:iam/role:Role": (name) => `arn:aws:iam::${account}:role/${name}`,
  "aws:s3/bucket:Bucket": (name) => `arn:aws:s3:::${name}`,
  "aws:sns/topic:Topic": (name, region) => `arn:aws:sns:${region}:${account}:${name}`,
};

function arnsOf(stack: string): string[] {
  return resourcesOf(stack).flatMap((resource) => {
    const name = resource.inputs[nameInputs[resource.type] ?? "name"];
    const arn = arns[resource.type];
    if (arn === undefined || typeof name !== "string") return [];
    const whole = arn(name, regionOf(resource));
    if (resource.type === "aws:eks/cluster:Cluster")
      return [whole, `${whole.replace(":cluster/", ":access-entry/")}/role/${account}/Any/1`];
    return resource.type === "aws:s3/bucket:Bucket" ? [whole, `${whole}/some/object`] : [whole];
  });
}

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Statements of all policies of identities, with the policy that each is in. */
function statementsOf(stack: string): (Statement & { readonly policy: string })[] {
  return resourcesOf(stack).flatMap(({ type, name, inputs }) => {
    if (!/^aws:iam\/(policy|rolePolicy):/.test(type) || typeof inputs["policy"] !== "string")
      return [];
    const { Statement: statements } = JSON.parse(inputs["policy"]) as { Statement: Statement[] };
    return statements
      .filter(({ Effect }) => Effect === "Allow")
      .map((statement) => ({ ...statement, policy: name }));
  });
}

/** Whether a pattern of IAM matches an ARN. */
const matches = (pattern: string, arn: string) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  ).test(arn);

it("gives no physical name to two stacks of one environment", () => {
  const [one, two] = stacks.map((stack) =>
    resourcesOf(stack).flatMap((resource) => physicalName(resource) ?? []),
  );
  expect(one!.length).toBeGreaterThan(50);
  expect(one!.filter((name) => two!.includes(name))).toEqual([]);
});

it.each([
  ["dev", "dev2"],
  ["dev2", "dev"],
])("lets no policy of %s reach what has a name of %s", (own, other) => {
  const foreign = arnsOf(other);
  const statements = statementsOf(own);
  expect(foreign.length).toBeGreaterThan(40);
  expect(statements.length).toBeGreaterThan(50);
  expect(
    statements.flatMap(({ policy, Sid, Resource = [] }) =>
      Resource.filter((pattern) => pattern !== "*").flatMap((pattern) =>
        foreign
          .filter((arn) => matches(pattern, arn))
          .map((arn) => `${policy} ${Sid}: ${pattern} matches ${arn}`),
      ),
    ),
  ).toEqual([]);
  // Each stack reaches its own, so that the patterns are no dead letters.
  const reached = arnsOf(own).filter((arn) =>
    statements.some(({ Resource = [] }) =>
      Resource.some((pattern) => pattern !== "*" && matches(pattern, arn)),
    ),
  );
  for (const service of ["s3", "eks", "ecr", "logs", "iam", "cloudtrail", "access-analyzer"])
    expect(reached.filter((arn) => arn.startsWith(`arn:aws:${service}:`))).not.toEqual([]);
});

it.each(stacks)("holds %s to its own keys and metrics, whose ARNs are numbers", (stack) => {
  const numbered = statementsOf(stack).filter(({ Resource = [] }) =>
    Resource.some((pattern) => /:(key|workspace)\/\*$/.test(pattern)),
  );
  expect(numbered.length).toBeGreaterThan(10);
  for (const { Condition = {} } of numbered) {
    const tag = Condition["StringEquals"]?.["aws:ResourceTag/causeway:stack"];
    const aliases = Condition["ForAnyValue:StringEquals"]?.["kms:ResourceAliases"];
    const own = [tag ?? aliases].flat();
    expect(own.length).toBeGreaterThan(0);
    for (const value of own)
      expect(value).toMatch(
        tag === undefined
          ? new RegExp(`^alias/example-causeway-${stack}-[a-z]+$`)
          : new RegExp(`^${stack}$`),
      );
  }
});
