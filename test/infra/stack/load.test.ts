import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../../services/contract/problems";
import { parseConfig } from "../../../infra/stack/load";
import { readStackFile } from "../../../cli/plan/stack-file";
import { stackFile, stacks } from "../../support/stacks";

const corpus = join(__dirname, "corpus");

function problemsIn(file: string): InputError {
  const raw = readStackFile(file);
  try {
    parseConfig(raw, "prod", file);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error(`${file} was accepted`);
}

describe("stack configuration", () => {
  test.each(stacks)("Pulumi.%s.yaml is valid", (stack) => {
    const config = parseConfig(readStackFile(stackFile(stack)), stack, stack);
    expect(config.environment).toBe(stack);
  });

  test.each(readdirSync(corpus))("%s is refused, and exactly the wrong keys are named", (name) => {
    const file = join(corpus, name);
    const expected = /^# expect: (.*)$/m.exec(readFileSync(file, "utf8"))![1]!.split(", ");
    const keys = new Set(problemsIn(file).problems.map((problem) => problem.key));
    expect([...keys].sort()).toEqual([...expected].sort());
  });

  test("a message carries the key, the value got and the value allowed", () => {
    expect(problemsIn(join(corpus, "old-kubernetes.yaml")).message).toContain(
      'kubernetesVersion: got "1.24", allowed: one of 1.34, 1.35, 1.36',
    );
  });

  test.each([
    [
      "eu-central-1",
      "eu-west-9",
      'regions[1].name: got "eu-west-9", allowed: a region of AWS: eu-central-1, ',
    ],
    [
      "cidr: 10.33.0.0/16",
      "cidr: 10.33.0.0/16, drained: true",
      "regions[1].drained: got true, allowed: { reason: <a reason in words> }",
    ],
  ])("with %s as %s the message says what is allowed", (before, after, message) => {
    const text = readFileSync(stackFile("prod"), "utf8").replace(before, after);
    const folder = mkdtempSync(join(tmpdir(), "causeway-config-"));
    try {
      writeFileSync(join(folder, "Pulumi.prod.yaml"), text);
      expect(problemsIn(join(folder, "Pulumi.prod.yaml")).message).toContain(message);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("a key of the other target, or one that the target lacks, is told with the target", () => {
    expect(problemsIn(join(corpus, "aws-keys-on-kubernetes.yaml")).message).toContain(
      'account: got "444455556666", allowed: no value, because target is kubernetes',
    );
    const inside = problemsIn(join(corpus, "aws-keys-on-kubernetes.yaml")).message;
    for (const key of ["regions[0].cidr", "domain.hostedZoneId"])
      expect(inside).toMatch(
        new RegExp(
          `${key.replace(/[[\]]/g, "\\$&")}: got .*, allowed: no value, because target is`,
        ),
      );
    const missing = problemsIn(join(corpus, "missing-aws-keys.yaml")).message;
    expect(missing).toContain(
      "account: got nothing, allowed: an AWS account id of 12 digits, because target is aws",
    );
    expect(missing).toContain(
      "domain: got nothing, allowed: { name, hostedZoneId } in prod: without a domain there is no certificate",
    );
  });

  test.each(["Prod", "prod_2", "prod-2", "p".repeat(21)])(
    "a stack on AWS cannot be named %s",
    (stack) => {
      const raw = readStackFile(stackFile("prod"));
      expect(() => parseConfig(raw, stack, "prod.yaml")).toThrow(
        `stack: got "${stack}", allowed: a name of a stack on AWS: at most 20 lower-case letters and digits`,
      );
    },
  );

  test("an organization has no name in which another's names could begin", () => {
    const raw = readStackFile(stackFile("prod"));
    const values = { ...raw.values, "causeway:organization": "acme-causeway" };
    expect(() => parseConfig({ ...raw, values }, "prod", "prod.yaml")).toThrow(
      'organization: got "acme-causeway", allowed: a name without -causeway at its end',
    );
  });

  test("on an existing cluster a stack has any name, since nothing there carries it", () =>
    expect(parseConfig(readStackFile(stackFile("local")), "My_Stack", "local").stack).toBe(
      "My_Stack",
    ));

  test("organization and stack are together as long as the buckets of every region allow", () => {
    const raw = readStackFile(stackFile("prod"));
    const parse = (stack: string) =>
      parseConfig(
        { ...raw, values: { ...raw.values, "causeway:organization": "o".repeat(20) } },
        stack,
        "prod.yaml",
      );
    expect(parse("s".repeat(10)).stack).toHaveLength(10);
    expect(() => parse("s".repeat(11))).toThrow(
      'organization: got "oooooooooooooooooooo", allowed: with the stack\'s name (sssssssssss) at most 30 characters: a bucket has 63, and oooooooooooooooooooo-causeway-sssssssssss-artifacts-eu-central-1 has 64',
    );
  });

  test("a key without a value has empty text, as the engine reads it", () => {
    expect(problemsIn(join(corpus, "no-value-for-target.yaml")).message).toContain(
      'target: got "", allowed: aws or kubernetes',
    );
  });

  test("a key that has a value with its namespace and one without is refused", () => {
    const folder = mkdtempSync(join(tmpdir(), "causeway-config-"));
    try {
      const file = join(folder, "Pulumi.local.yaml");
      writeFileSync(join(folder, "Pulumi.yaml"), "name: causeway\nruntime: nodejs\n");
      writeFileSync(file, "config: { causeway:target: aws, target: kubernetes, other:a: 1, a: 2 }");
      expect(() => readStackFile(file)).toThrow(
        `${file} has 1 problem:\n  - target: got "a value", allowed: one value: causeway:target is the same key and has one too`,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("callers of a cluster use causeway.local, or the name of the stack file", () => {
    const { values, secrets } = readStackFile(stackFile("local"));
    const domainOf = (more: Record<string, string>) =>
      parseConfig({ values: { ...values, ...more }, secrets }, "local", "local").domain;
    expect(domainOf({})).toEqual({ name: "causeway.local" });
    expect(domainOf({ "causeway:domain": '{ "name": "models.example.com" }' })).toEqual({
      name: "models.example.com",
    });
  });

  test("a secret in plain text is never repeated in the message", () => {
    expect(problemsIn(join(corpus, "plain-text-secret.yaml")).message).not.toContain(
      "pager.example.com",
    );
    expect(problemsIn(join(corpus, "access-key-in-value.yaml")).message).not.toContain("AKIA");
    expect(problemsIn(join(corpus, "password-in-url.yaml")).message).not.toContain("hunter2");
  });

  test("an encrypted secret is accepted", () => {
    const raw = readStackFile(stackFile("local"));
    const config = parseConfig(
      {
        values: { ...raw.values, "causeway:alertWebhook": "https://pager.example.com/" },
        secrets: new Set(["causeway:alertWebhook"]),
      },
      "local",
      "local",
    );
    expect(config.alertWebhook).toBe("https://pager.example.com/");
  });

  test("warnings have an address of their own only where pages have one, and it is a secret too", () => {
    const raw = readStackFile(stackFile("local"));
    const parse = (given: Record<string, string>, secrets = Object.keys(given)) =>
      parseConfig(
        { values: { ...raw.values, ...given }, secrets: new Set(secrets) },
        "local",
        "local",
      );
    const [pages, tickets] = [
      { "causeway:alertWebhook": "https://pager.example.com/" },
      { "causeway:ticketWebhook": "https://tickets.example.com/" },
    ];
    expect(parse({ ...pages, ...tickets }).ticketWebhook).toBe("https://tickets.example.com/");
    expect(() => parse(tickets)).toThrow(
      "alertWebhook: got nothing, allowed: a URL for critical alerts, because ticketWebhook has one for warnings",
    );
    expect(() => parse({ ...pages, ...tickets }, ["causeway:alertWebhook"])).toThrow(
      /ticketWebhook: .*secret/,
    );
  });
});

it("reads a number and a boolean from the text that the engine hands over", () => {
  const { values } = readStackFile(stackFile("dev"));
  const scalars = { "causeway:monthlyBudgetUsd": "2000", "causeway:deletionProtection": "true" };
  expect(
    parseConfig({ values: { ...values, ...scalars }, secrets: new Set() }, "dev", "dev"),
  ).toMatchObject({ monthlyBudgetUsd: 2000, deletionProtection: true });
});
