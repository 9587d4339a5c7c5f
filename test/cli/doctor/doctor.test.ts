import { promises as dns } from "node:dns";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodeFor } from "../../../cli/doctor/doctor";
import type { Finding, Verdict } from "../../../cli/doctor/finding";
import { fixtureProject } from "../../harness/fixtures";
import { causeway } from "../../support/verb";
import { identity, readyAccount } from "./account";
import { startFakeAws, type FakeAws } from "./fake-aws";

let aws: FakeAws;
let folder: string;
let before: NodeJS.ProcessEnv;
beforeAll(async () => {
  aws = await startFakeAws();
});
afterAll(() => aws.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-doctor-"));
  before = process.env;
  process.env = {
    PATH: folder,
    HOME: folder,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  readyAccount(aws);
  jest.spyOn(dns.Resolver.prototype, "resolveNs").mockResolvedValue(["ns-1.example.net"]);
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = before;
  rmSync(folder, { recursive: true });
});

/** Puts a program into the PATH, which has no other. */
function program(name: string, script: string): void {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

function readyMachine(): void {
  program(
    "pulumi",
    `case "$1 $2" in
version*) echo v3.259.0;;
whoami*) echo "Backend URL: file://~";;
"stack export") echo "error: no stack named 'dev' found" >&2; exit 1;;
plugin*) echo '[{"name":"aws","kind":"resource","version":"7.48.0"}]';;
esac`,
  );
  for (const name of ["aws", "docker"]) program(name, `echo ${name} 2.0`);
  for (const name of ["kubernetes", "docker", "docker-build", "random"])
    program(`pulumi-resource-${name}`, "exit 1");
}

/** Runs the doctor and gives its findings. */
async function doctor(...argv: readonly string[]) {
  const { code, out, err } = await causeway("doctor", [
    ...["--stack", "dev", "--project", fixtureProject, "--json"],
    ...argv,
  ]);
  const { findings } = JSON.parse(out) as { readonly findings: readonly Finding[] };
  const by = (verdict: Verdict) => findings.filter((one) => one.verdict === verdict);
  return { code, err, findings, problems: by("problem"), unknown: by("cannot tell") };
}

describe("causeway doctor", () => {
  it("finds nothing wrong with what is ready", async () => {
    readyMachine();
    const { code, problems, unknown } = await doctor();
    expect([...problems, ...unknown]).toEqual([]);
    expect(code).toBe(0);
  });

  it("says in one line for each area that there are no credentials, and asks no further", async () => {
    readyMachine();
    delete process.env["AWS_ACCESS_KEY_ID"];
    aws.asked.length = 0;
    const { code, problems, unknown, err } = await doctor();
    expect(code).toBe(1);
    expect(problems).toEqual([
      {
        area: "credentials",
        subject: "caller",
        verdict: "problem",
        says: "there are no credentials",
        next: "log in (aws sso login, aws login) or set AWS_PROFILE",
      },
    ]);
    expect(unknown.map(({ area }) => area)).toEqual([
      ...["regions", "roles", "service-linked roles", "one per account"],
      ...["names", "quotas", "registry", "domain"],
    ]);
    expect(unknown.every(({ says }) => says.endsWith("there are no credentials"))).toBe(true);
    expect([err, aws.asked]).toEqual(["", []]);
  });

  it("tells nothing of an account that is not the stack's", async () => {
    readyMachine();
    aws.replies.set(
      "sts:GetCallerIdentity",
      identity("999999999999", "arn:aws:iam::999999999999:user/x"),
    );
    const { problems, unknown } = await doctor();
    expect(problems).toMatchObject([
      {
        subject: "account",
        says: "the credentials are of 999999999999, causeway:account is 111122223333",
      },
    ]);
    expect(unknown).toHaveLength(8);
  });

  it("names every tool that is missing, with what installs it", async () => {
    const { problems, unknown } = await doctor();
    const tools = [...problems, ...unknown].filter(({ area }) => area === "tools");
    expect(tools.map(({ subject, verdict }) => [subject, verdict])).toEqual([
      ["pulumi", "problem"],
      ["aws", "problem"],
      ["docker", "problem"],
    ]);
    expect(tools.every(({ next }) => next?.startsWith("install"))).toBe(true);
  });

  it("refuses an engine that is older than the SDK, and says what the backend says", async () => {
    readyMachine();
    program(
      "pulumi",
      `[ "$1" = version ] && echo v3.100.0 && exit 0; echo "error: no backend" >&2; exit 1`,
    );
    const { findings } = await doctor();
    const about = (subject: string) => findings.find((one) => one.subject === subject);
    expect(about("pulumi")).toMatchObject({
      verdict: "problem",
      says: expect.stringMatching(/v3\.100\.0, allowed: 3/),
    });
    expect(about("pulumi backend")).toMatchObject({ verdict: "problem" });
    expect(about("pulumi stack")).toMatchObject({
      verdict: "cannot tell",
      says: "error: no backend; so what the stack has already is not known",
    });
    expect(about("plugin aws")).toMatchObject({
      verdict: "cannot tell",
      next: "pulumi plugin install resource aws 7.48.0",
    });
  });

  it("names every problem of a stack file, and that the rest cannot be told", async () => {
    readyMachine();
    const project = join(folder, "project");
    cpSync(fixtureProject, project, { recursive: true });
    const file = join(project, "Pulumi.dev.yaml");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace('"111122223333"', '"1"').replace('"1.35"', '"1.2"'));
    rmSync(join(project, "policies", "config", "dev.json"));
    const { problems, unknown } = await doctor("--project", project);
    expect(problems.map(({ subject, says }) => `${subject}: ${says.split(":")[0]}`)).toEqual([
      "stack file: account",
      "stack file: kubernetesVersion",
      "policy configuration: there is no policies/config/dev.json, so every rule is as strict as it begins",
    ]);
    expect(unknown.map(({ area }) => area)).toContain("credentials");
  });

  it("prints a person's lines, the next step under each problem", async () => {
    const { out } = await causeway("doctor", ["--stack", "dev", "--project", fixtureProject]);
    expect(out).toMatch(/^ {2}problem {6}pulumi: is not installed\n {15}-> install the Pulumi/m);
    expect(out).toMatch(/\d+ ok, 3 problems, \d+ cannot tell\n$/);
  });

  it("knows the stacks that there are", async () => {
    const { code, err } = await causeway("doctor", ["--stack", "nowhere"]);
    expect([code, err.split(",")[0]]).toEqual([2, "--stack: got nowhere"]);
  });
});

test.each<[Verdict[], number]>([
  [["ok"], 0],
  [["ok", "cannot tell"], 3],
  [["cannot tell", "problem"], 1],
])("%j ends with %d", (verdicts, code) =>
  expect(
    exitCodeFor(
      verdicts.map((verdict) => ({ area: "tools", subject: "x", verdict, says: "y" }) as const),
    ),
  ).toBe(code),
);
