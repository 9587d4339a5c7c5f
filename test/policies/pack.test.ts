import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import type {
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { configSchema, memoryName, toPolicies } from "../../policies/crossguard";
import {
  resourceRule,
  stackRule,
  type Parameters,
  type ResourceView,
  type Rule,
} from "../../policies/rule";
import { rules } from "../../policies/rules";
import * as all from "../../policies/rules/all";
import { packConfig } from "../../cli/plan/judgement";
import { ruleIndex, ruleIndexFile } from "../../cli/docs/rule-index";

const folder = join(__dirname, "..", "..", "policies");
const about = {
  area: "workloads",
  description: "Things must be good.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Make it good.",
  url: "https://example.com",
  frameworks: [
    { framework: "cis-eks", clause: "4.2.1" },
    { framework: "eu-ai-act", clause: "Art. 14" },
  ],
} as const;

const urn = "urn:pulumi:prod::causeway::kubernetes:core/v1:Pod::subject";
function resourceArgs(
  type: string,
  props: Record<string, unknown>,
  config: Parameters = {},
): ResourceValidationArgs {
  return {
    type,
    props,
    urn,
    name: "subject",
    getConfig: () => config,
  } as unknown as ResourceValidationArgs;
}

function violations(
  policy: ResourceValidationPolicy | StackValidationPolicy,
  args: unknown,
): [string, string | undefined][] {
  const found: [string, string | undefined][] = [];
  const report: ReportViolation = (message, at) => void found.push([message, at]);
  if ("validateStack" in policy) void policy.validateStack(args as StackValidationArgs, report);
  else if (typeof policy.validateResource === "function")
    void policy.validateResource(args as ResourceValidationArgs, report);
  return found;
}

describe("the pack", () => {
  it("has more than 140 policies, each with a name of its own that starts with its area", () => {
    expect(rules.length).toBeGreaterThan(140);
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const rule of rules) expect(rule.name).toMatch(new RegExp(`^${rule.area}-[a-z0-9-]+$`));
  });

  it("has the rule of each file of policies/rules, by the index that npm run docs makes", () => {
    expect(readFileSync(ruleIndexFile, "utf8")).toBe(ruleIndex());
    for (const [name, rule] of Object.entries<Rule>(all))
      expect(name).toBe(rule.name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()));
  });

  it.each(rules.map((rule) => [rule.name, rule] as const))(
    "%s says what must be, what to do, and where it is written",
    (_, rule) => {
      expect(rule.description).toMatch(/^[A-Z].* (must|may) .*\.$/s);
      expect(rule.remediation).toMatch(/\.$/);
      if (rule.url !== undefined) expect(rule.url).toMatch(/^https:\/\//);
      expect(rule.frameworks.length).toBeGreaterThan(0);
    },
  );

  it("gives the engine severity, remediation, frameworks and a schema of the parameters", () => {
    const [policy] = toPolicies([
      resourceRule({
        ...about,
        name: "workloads-thing",
        types: ["a:b:C"],
        parameters: { least: 3, names: ["x"], on: true, word: "w" },
        check: () => [],
      }),
    ]);
    expect(policy).toMatchObject({
      name: "workloads-thing",
      description: about.description,
      enforcementLevel: "mandatory",
      severity: "high",
      remediationSteps: about.remediation,
      url: about.url,
      framework: { name: "CIS Amazon EKS Benchmark 1.7", reference: "4.2.1" },
      tags: [
        "workloads",
        "CIS Amazon EKS Benchmark 1.7: 4.2.1",
        "Regulation (EU) 2024/1689 (AI Act): Art. 14",
      ],
      configSchema: {
        properties: {
          least: { type: "number", default: 3 },
          names: { type: "array", items: { type: "string" }, default: ["x"] },
          on: { type: "boolean", default: true },
          word: { type: "string", default: "w" },
        },
      },
    });
  });

  it("gives no schema to a rule without parameters", () => {
    expect(
      toPolicies([
        resourceRule({ ...about, name: "workloads-thing", types: [], check: () => [] }),
      ])[0],
    ).not.toHaveProperty("configSchema");
    expect(configSchema({})).toEqual({ properties: {} });
  });

  it("judges a resource of the rule's types, with the configured parameters", () => {
    const rule = resourceRule({
      ...about,
      name: "workloads-thing",
      types: ["a:b:*"],
      parameters: { least: 3 },
      check: ({ name, props }, { least }) =>
        Number(props["size"]) >= least ? [] : [`${name} must have ${least}`],
    });
    const [policy] = toPolicies([rule]);
    expect(violations(policy!, resourceArgs("a:b:C", { size: 2 }))).toEqual([
      ["subject must have 3", undefined],
    ]);
    expect(violations(policy!, resourceArgs("a:b:C", { size: 2 }, { least: 2 }))).toEqual([]);
    expect(violations(policy!, resourceArgs("x:y:Z", { size: 2 }))).toEqual([]);
  });

  it("judges a stack, names the resource to blame, and passes on what refers to what", () => {
    const seen: ResourceView[] = [];
    const rule = stackRule({
      ...about,
      name: "workloads-stack",
      check: (resources) => (
        seen.push(...resources),
        [{ resource: resources[0]!, message: "it must be alone" }, { message: "all must be good" }]
      ),
    });
    const target = {
      type: "a:b:C",
      name: "target",
      urn: "urn:target",
      props: {},
      propertyDependencies: {},
    };
    const resources = [
      target,
      {
        type: "a:b:D",
        name: "source",
        urn: "urn:source",
        props: {},
        propertyDependencies: { bucket: [target] },
      },
    ];
    const [memory, policy] = toPolicies([rule]);
    violations(memory!, resourceArgs("a:b:C", {}));
    expect(violations(policy!, { resources, getConfig: () => ({}) })).toEqual([
      ["it must be alone", "urn:target"],
      ["all must be good", undefined],
    ]);
    expect(seen[1]).toMatchObject({
      identities: ["urn:source"],
      references: { bucket: ["urn:target"] },
    });
  });

  it("shows a stack rule the inputs of a component, which the engine gives only to resource rules", () => {
    const seen: unknown[] = [];
    const pack: Rule[] = [
      stackRule({
        ...about,
        name: "workloads-stack",
        check: (resources) => (seen.push(resources[0]?.props), []),
      }),
    ];
    const [first, second] = toPolicies(pack);
    violations(first!, resourceArgs("causeway:serving:ModelService", { riskTier: "high" }));
    violations(second!, {
      resources: [
        {
          type: "causeway:serving:ModelService",
          name: "subject",
          urn,
          props: { endpoint: "x" },
          propertyDependencies: {},
        },
      ],
      getConfig: () => ({}),
    });
    expect(seen).toEqual([{ riskTier: "high" }]);
  });

  it("says that a stack rule judges nothing where the memory of inputs is disabled", () => {
    const check = jest.fn(() => []);
    const [, policy] = toPolicies([stackRule({ ...about, name: "workloads-stack", check })]);
    const stack = {
      resources: [
        { type: "a:b:C", name: "subject", urn, props: { arn: "x" }, propertyDependencies: {} },
      ],
      getConfig: () => ({}),
    };
    expect(violations(policy!, stack)).toEqual([
      [expect.stringContaining(`the policy ${memoryName} is disabled`), undefined],
    ]);
    expect(check).not.toHaveBeenCalled();
    expect(violations(policy!, { ...stack, resources: [] })).toEqual([]);
  });

  it("remembers the inputs of every type, whichever rules there are", () => {
    const [memory] = toPolicies(rules);
    expect(memory).toMatchObject({ name: memoryName, enforcementLevel: "mandatory" });
    expect(rules.map(({ name }) => name)).not.toContain(memoryName);
    expect(
      (memory as { validateResource?: { __pulumiType?: string } }).validateResource,
    ).not.toHaveProperty("__pulumiType");
  });
});

describe("the configuration of the pack", () => {
  it.each(["dev", "prod", "local"])(
    "of %s sets only rules and parameters that exist, each to another value than its default",
    (stack) => {
      const byName = new Map(rules.map((rule) => [rule.name, rule]));
      for (const [name, setting] of Object.entries(
        packConfig(join(folder, "config", `${stack}.json`)),
      )) {
        const rule = byName.get(name);
        expect([name, rule?.name]).toEqual([name, name]);
        if (typeof setting === "string") continue;
        for (const [key, value] of Object.entries(setting)) {
          if (key === "enforcementLevel") continue;
          expect(typeof rule!.parameters[key]).toBe(typeof value);
          expect(value).not.toEqual(rule!.parameters[key]);
        }
      }
    },
  );

  it("of prod switches nothing off", () => {
    expect(
      Object.values(packConfig(join(folder, "config", "prod.json"))).filter(
        (setting) => setting === "disabled" || setting === "advisory",
      ),
    ).toEqual([]);
  });
});

describe("the compiled pack", () => {
  it("is built from the sources, leaves @pulumi outside, and is where the runner looks", () => {
    execFileSync(process.execPath, [join(folder, "..", "cli", "build-policies.mjs")]);
    const main = (load(readFileSync(join(folder, "PulumiPolicy.yaml"), "utf8")) as { main: string })
      .main;
    expect(
      (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { main: string }).main,
    ).toBe(main);
    const code = readFileSync(join(folder, main), "utf8");
    expect(code).toContain('require("@pulumi/policy")');
    for (const { name } of rules) expect(code).toContain(`name: "${name}"`);
  });
});
