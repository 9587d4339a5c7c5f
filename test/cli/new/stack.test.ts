import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freeBlocks } from "../../../cli/new/stack-config";
import { fixtureProject } from "../../harness/fixtures";
import { causeway } from "../../support/verb";

const { planWith } =
  jest.requireActual<typeof import("../../support/planning")>("../../support/planning");

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "causeway-new-"));
  cpSync(fixtureProject, project, { recursive: true });
});
afterEach(() => rmSync(project, { recursive: true }));

const role = (name: string) => `arn:aws:iam::222233334444:role/${name}`;
const options = (environment: string, ...regions: string[]) =>
  [
    ["--environment", environment],
    ["--organization", "acme"],
    ["--account", "222233334444"],
    ...regions.map((region) => ["--region", region]),
    ["--domain", "models.acme.com"],
    ["--hosted-zone", "Z0123456789ABC"],
    ["--issuer", "https://login.acme.com/"],
    ["--pipeline-role", role("Deploy")],
    ["--platform-admin", role("Admin")],
    ["--alert-email", "security@acme.com"],
    ["--project", project],
  ].flat();

describe("causeway new stack", () => {
  it.each([
    ["dev", ["eu-west-1"]],
    ["prod", ["eu-west-1", "eu-central-1"]],
  ])("writes a stack of %s that breaks no mandatory rule", async (environment, regions) => {
    const { code, err } = await causeway("new stack", [
      "acme",
      ...options(environment, ...regions),
    ]);
    expect([code, err]).toEqual([0, ""]);
    const plan = await planWith(project, "acme");
    expect(
      plan.judgement.violations.filter(({ enforcement }) => enforcement === "mandatory"),
    ).toEqual([]);
    // The fixtures have 10.16, 10.32 and 10.33.
    expect(plan.config.regions.map((region) => "cidr" in region && region.cidr)).toEqual(
      ["10.17.0.0/16", "10.18.0.0/16"].slice(0, regions.length),
    );
    expect(plan.config.stage).toBe("foundation");
  });

  it("writes a stack of dev without a domain, and none of prod", async () => {
    const without = (environment: string, ...regions: string[]) => {
      const given = options(environment, ...regions);
      given.splice(given.indexOf("--domain"), 4);
      return given;
    };
    expect((await causeway("new stack", ["one", ...without("dev", "eu-west-1")])).code).toBe(0);
    expect((await causeway("new stack", ["two", ...without("dev", "eu-west-1")])).code).toBe(0);
    expect(readFileSync(join(project, "Pulumi.one.yaml"), "utf8")).not.toContain("domain");
    const prod = await causeway("new stack", [
      "three",
      ...without("prod", "eu-west-1", "eu-west-2"),
    ]);
    expect(prod.code).toBe(2);
    expect(prod.err).toContain("domain: got nothing, allowed: { name, hostedZoneId } in prod");
  });

  it("names every option that is missing at once where nobody can be asked", async () => {
    const { code, err } = await causeway("new stack", [
      "acme",
      "--account",
      "222233334444",
      "--project",
      project,
    ]);
    expect(code).toBe(2);
    expect(err).toContain(
      "missing: --environment, --organization, --region, --issuer, --pipeline-role, --platform-admin, --alert-email",
    );
  });

  it("tells every value that cannot be used, and writes nothing", async () => {
    const given = options("dev", "eu-west-1").map((text) =>
      text === "222233334444" ? "12" : text === "https://login.acme.com/" ? "http://login" : text,
    );
    const { code, err } = await causeway("new stack", ["acme", ...given]);
    expect(code).toBe(2);
    for (const key of ["account", "identity.issuer"]) expect(err).toContain(key);
    expect(existsSync(join(project, "Pulumi.acme.yaml"))).toBe(false);
  });

  it("leaves nothing where one of its two files cannot be written", async () => {
    rmSync(join(project, "policies", "config"), { recursive: true });
    writeFileSync(join(project, "policies", "config"), "no folder");
    const { code } = await causeway("new stack", ["acme", ...options("dev", "eu-west-1")]);
    expect(code).not.toBe(0);
    expect(existsSync(join(project, "Pulumi.acme.yaml"))).toBe(false);
  });

  it.each([
    ["causeway:regions", "a list"],
    ["causeway:domain", "a mapping"],
  ])("names the file of another stack whose %s it cannot read", async (key, allowed) => {
    writeFileSync(join(project, "Pulumi.other.yaml"), `config:\n  ${key}: somewhere\n`);
    const { code, err } = await causeway("new stack", ["acme", ...options("dev", "eu-west-1")]);
    expect(code).toBe(2);
    for (const told of ["Pulumi.other.yaml", key, "somewhere", allowed])
      expect(err).toContain(told);
  });

  it("takes no approver without a role and an ARN", async () => {
    const { code, err } = await causeway("new stack", [
      "acme",
      ...options("dev", "eu-west-1"),
      "--approver",
      "norole",
      "--approver",
      "risk=",
    ]);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("got norole, risk=, allowed: <role>=<ARN>"),
    ]);
  });

  it("overwrites no stack, and takes the domain of none", async () => {
    const before = readFileSync(join(project, "Pulumi.dev.yaml"), "utf8");
    const again = await causeway("new stack", ["dev", ...options("dev", "eu-west-1")]);
    expect([again.code, readFileSync(join(project, "Pulumi.dev.yaml"), "utf8")]).toEqual([
      2,
      before,
    ]);
    await causeway("new stack", ["one", ...options("dev", "eu-west-1")]);
    const second = await causeway("new stack", ["two", ...options("dev", "eu-west-1")]);
    expect(second.code).toBe(2);
    expect(second.err).toContain("--domain: got models.acme.com, which the stack one has");
  });

  it("writes two stacks of one environment in one account", async () => {
    for (const [name, domain] of [
      ["one", "one.acme.com"],
      ["two", "two.acme.com"],
    ] as const) {
      const given = options("dev", "eu-west-1");
      given[given.indexOf("models.acme.com")] = domain;
      expect((await causeway("new stack", [name, ...given])).code).toBe(0);
    }
    // AWS allows one detector in a region of an account: the second stack uses that of the first.
    const detection = ["one", "two"].map((name) =>
      readFileSync(join(project, `Pulumi.${name}.yaml`), "utf8").includes(
        "causeway:threatDetection: existing",
      ),
    );
    expect(detection).toEqual([false, true]);
  });

  it.each(["Dev", "2dev", "dev-2", "dev_2", "d".repeat(21)])(
    "refuses %s, which AWS would refuse in a name",
    async (name) => {
      const { code, err } = await causeway("new stack", [name, ...options("dev", "eu-west-1")]);
      expect(code).toBe(2);
      expect(err).toContain(`name: got ${name}, allowed: at most 20 lower-case letters and digits`);
    },
  );
});

it("gives blocks that overlap none that is taken", () =>
  expect(freeBlocks(2, ["10.16.0.0/20", "10.18.0.0/16", "10.0.0.0/12"])).toEqual([
    "10.17.0.0/16",
    "10.19.0.0/16",
  ]));
