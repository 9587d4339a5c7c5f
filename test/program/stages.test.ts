import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackPlan } from "../../cli/plan/plan";
import { stages, type Stage } from "../../infra/stack/stages";
import { judge } from "../../policies/judge";
import { rules } from "../../policies/rules";
import { viewOf } from "../../cli/plan/resource";
import { gone, mutated } from "./mutation";
import { planFixture, stackFile, type StackName } from "../support/stacks";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "causeway-stages-"))));
afterAll(() => rmSync(folder, { recursive: true }));

async function planAt(stack: StackName, stage: Stage, more = ""): Promise<StackPlan> {
  const configFile = join(folder, `Pulumi.${stack}.yaml`);
  writeFileSync(
    configFile,
    `${readFileSync(stackFile(stack), "utf8")}  causeway:stage: ${stage}\n${more}`,
  );
  return planFixture(stack, configFile);
}

/** Takes a statement out of a policy. */
const without = (sid: string) => (text: string) => {
  const document = JSON.parse(text) as { readonly Statement: readonly { readonly Sid: string }[] };
  const others = document.Statement.filter(({ Sid }) => Sid !== sid);
  expect(others).toHaveLength(document.Statement.length - 1);
  return JSON.stringify({ ...document, Statement: others });
};

/** Inputs of each resource that the engine would create, by URN. */
const inputsOf = ({ resources }: StackPlan) =>
  new Map(
    resources
      .filter(({ custom }) => custom)
      .map(({ urn, inputs }) => [urn, JSON.stringify(inputs)]),
  );

describe.each(["dev", "prod"] as const)("%s", (stack) => {
  const plans = new Map<Stage, StackPlan>();
  beforeAll(async () => {
    for (const stage of stages) plans.set(stage, await planAt(stack, stage));
  });
  const plan = (stage: Stage) => plans.get(stage)!;

  it.each(stages)("breaks no mandatory rule at the stage %s", (stage) =>
    expect(
      plan(stage).judgement.violations.filter(({ enforcement }) => enforcement === "mandatory"),
    ).toEqual([]),
  );

  it.each([
    ["foundation", "platform"],
    ["platform", "models"],
  ] as const)("a stage after %s only adds: %s", (before, after) => {
    const [less, more] = [inputsOf(plan(before)), inputsOf(plan(after))];
    expect(more.size).toBeGreaterThan(less.size);
    for (const [urn, inputs] of less) expect([urn, more.get(urn)]).toEqual([urn, inputs]);
  });

  it("has nothing of a cluster at the stage foundation, and no model before the last", () => {
    const types = (stage: Stage) => plan(stage).resources.map(({ type }) => type);
    expect(
      types("foundation").filter((type) =>
        /^(kubernetes:|pulumi:providers:kubernetes|aws:eks)/.test(type),
      ),
    ).toEqual([]);
    expect(types("platform")).toContain("aws:eks/cluster:Cluster");
    expect(
      types("platform").filter((type) => /ModelService|Retraining$|Erasure$|Image$/.test(type)),
    ).toEqual([]);
    expect(types("models")).toContain("causeway:serving:ModelService");
  });

  it("says which stage it is, what comes next and where images are published to", () => {
    for (const stage of stages) {
      const { outputs } = plan(stage);
      expect(outputs["stage"]).toBe(stage);
      expect(outputs["next"]).toEqual(expect.any(String));
      expect(Object.keys(outputs["repositories"] as object)).toEqual([
        "delivery",
        "loan-approval",
        "model-server",
        "training",
      ]);
    }
    expect(Object.keys(plan("foundation").outputs)).not.toContain("url");
  });
});

describe("the way to the clusters", () => {
  const choices = {
    runner: "{ via: runner }",
    ssm: "{ via: ssm }",
    public: "{ via: public, cidrs: [203.0.113.0/24] }",
  };
  const key = (via: keyof typeof choices) => `  causeway:clusterAccess: ${choices[via]}\n`;

  it.each(["runner", "ssm", "public"] as const)("by %s breaks no mandatory rule", async (via) => {
    const { judgement, gaps, outputs } = await planAt("dev", "platform", key(via));
    expect(judgement.violations.filter(({ enforcement }) => enforcement === "mandatory")).toEqual(
      [],
    );
    expect(gaps).toEqual([]);
    expect(outputs["clusterAccess"]).toMatchObject({ "eu-west-1": { via } });
  });

  it("through a session is there before the cluster, as one instance and its endpoints", async () => {
    const { resources } = await planAt("dev", "foundation", key("ssm"));
    const ours = resources.filter(({ name }) => /-access$|-ssm/.test(name)).map(({ type }) => type);
    expect(ours).toEqual(
      expect.arrayContaining(["aws:autoscaling/group:Group", "aws:ec2/vpcEndpoint:VpcEndpoint"]),
    );
  });

  it("through a session costs an instance and its endpoints more", async () => {
    const cost = async (via: keyof typeof choices) => {
      const { resources } = await planAt("dev", "foundation", key(via));
      const estimate = resources.find(({ type }) => type === "causeway:global:StackCost");
      return Number(estimate?.inputs["estimatedMonthlyUsd"]);
    };
    const runner = await cost("runner");
    // A t4g.nano with 8 GB of gp3, and two endpoints in one zone.
    expect((await cost("ssm")) - runner).toBeCloseTo(4.06 + 2 * 8.03, 2);
  });

  const keyOfVolumes = "foundation-keys-volumes kms/key:Key";
  const template = "eu-west-1-access :LaunchTemplate";
  const ebs = "blockDeviceMappings/0/ebs";
  it.each([
    ["encryption-volume-kms", template, `${ebs}/kmsKeyId`, gone],
    ["encryption-volume-kms", template, `${ebs}/encrypted`, "false"],
    ["encryption-key-service", keyOfVolumes, "policy", without("UseByAutoScaling")],
    ["encryption-key-service", keyOfVolumes, "policy", without("GrantByAutoScaling")],
  ])("through a session is refused by %s for %s %s", async (rule, target, path, value) => {
    const { resources } = await planAt("dev", "foundation", key("ssm"));
    const findings = judge(
      rules.filter(({ name }) => name === rule),
      mutated(resources, { rule, target, path, value }).map(viewOf),
    );
    expect(findings.filter(({ enforcement }) => enforcement === "mandatory")).toHaveLength(1);
  });
});
