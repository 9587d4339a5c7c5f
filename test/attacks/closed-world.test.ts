import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { StackPlan } from "../../cli/plan/plan";
import { isJudged } from "../../policies/closed-world";
import { harmlessTypes } from "../../policies/harmless-types";
import { judge } from "../../policies/judge";
import { rules } from "../../policies/rules";
import { planFixture, planOf, stackFile, stacks } from "../support/stacks";

const [closed] = rules.filter(({ name }) => name === "governance-type-judged");

const findings = (type: string, provider: string | undefined = "aws") =>
  judge([closed!], [{ type, name: "x", props: {}, provider }]).filter(
    ({ enforcement }) => enforcement === "mandatory",
  );

/** Type tokens of the AWS SDK that is installed. */
function sdkTypes(): string[] {
  const sdk = dirname(require.resolve("@pulumi/aws/package.json"));
  return readdirSync(sdk, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".js") && !file.includes("node_modules"))
    .flatMap((file) => {
      const [, type] =
        /__pulumiType = '(aws:[^']+)'/.exec(readFileSync(join(sdk, file), "utf8")) ?? [];
      return type === undefined ? [] : [type];
    });
}

/** Prod, with the other way to its clusters. */
async function bySessions(): Promise<StackPlan> {
  const folder = mkdtempSync(join(tmpdir(), "causeway-sessions-"));
  const file = join(folder, "Pulumi.prod.yaml");
  writeFileSync(
    file,
    `${readFileSync(stackFile("prod"), "utf8").trimEnd()}\n  causeway:clusterAccess: { via: ssm }\n`,
  );
  const plan = await planFixture("prod", file);
  rmSync(folder, { recursive: true });
  return plan;
}

describe("a resource of a type that nobody thought of", () => {
  it("is a mandatory finding, whichever provider makes it", () => {
    for (const type of [
      "aws:rds/instance:Instance",
      "aws-native:s3:Bucket",
      "command:local:Command",
      "kubernetes:admissionregistration.k8s.io/v1alpha1:MutatingAdmissionPolicy",
    ])
      expect(findings(type).map(({ message }) => message)).toEqual([
        expect.stringContaining(`no rule judges ${type}; add one, or say why it is harmless`),
      ]);
  });

  it("is passed over in a file, where Kubernetes objects are of any kind", () => {
    const file = { type: "kubernetes:ray.io/v1:RayCluster", name: "x", props: {} };
    expect(judge([closed!], [file])).toEqual([]);
  });

  it("is taken by name where an adopter says so", () => {
    const config = { [closed!.name]: { harmless: ["aws:sqs/queueRedrivePolicy:X"] } };
    const resource = { type: "aws:sqs/queueRedrivePolicy:X", name: "x", props: {} };
    expect(judge([closed!], [resource], config)).toEqual([]);
  });

  it("does not count as judged because of its name or its tags", () => {
    expect(isJudged(rules, "aws:redshift/cluster:Cluster")).toBe(false);
    expect(isJudged(rules, "aws:s3/bucket:Bucket")).toBe(true);
  });
});

describe("the list of harmless types", () => {
  it("gives a reason for each, and none that a rule judges", () => {
    for (const [type, reason] of Object.entries(harmlessTypes)) {
      expect(reason.length).toBeGreaterThan(15);
      expect([type, isJudged(rules, type)]).toEqual([type, false]);
    }
  });

  it("holds what the fixture stacks plan, and nothing else", async () => {
    const planned = new Set<string>();
    for (const stack of stacks)
      for (const { type } of (await planOf(stack)).resources) planned.add(type);
    for (const { type } of (await bySessions()).resources) planned.add(type);
    const unjudged = [...planned].filter(
      (type) => !type.startsWith("causeway:") && !isJudged(rules, type),
    );
    // The stack itself and providers by default are no part of a plan.
    const listed = Object.keys(harmlessTypes).filter(
      (type) => !type.startsWith("pulumi:") || planned.has(type),
    );
    expect(unjudged.sort()).toEqual(listed.sort());
  });
});

describe("the types of the installed AWS SDK", () => {
  const types = sdkTypes();

  it("have every one that a rule or the list of harmless types names", () => {
    expect(types.length).toBeGreaterThan(1_000);
    const named = [...rules.flatMap(({ types: own = [] }) => own), ...Object.keys(harmlessTypes)];
    const known = new Set(types);
    expect(named.filter((type) => type.startsWith("aws:") && !known.has(type))).toEqual([
      "aws:*",
      "aws:*",
    ]);
  });

  it("are a finding unless a rule judges them or a reason is given", () => {
    const silent = types.filter((type) => findings(type).length === 0);
    expect(silent.filter((type) => !isJudged(rules, type) && !(type in harmlessTypes))).toEqual([]);
    expect(silent.length).toBeLessThan(100);
  });
});
