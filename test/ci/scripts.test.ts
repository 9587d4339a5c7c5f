import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { TOOLS } from "../harness/toolchain/pins";

const repository = join(__dirname, "..", "..");
const github = join(repository, ".github");
const endpoint = "https://ABC.gr7.eu-west-1.eks.amazonaws.com";
const state = JSON.stringify({
  deployment: { resources: [{ type: "aws:eks/cluster:Cluster", outputs: { endpoint } }] },
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ci-"));
  writeFileSync(join(folder, "calls"), "");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program on the PATH that writes down how it was called. */
function program(name: string, body: string): void {
  const file = join(folder, name);
  writeFileSync(file, `#!/usr/bin/env bash\necho "${name} $*" >>"${folder}/calls"\n${body}\n`);
  chmodSync(file, 0o755);
}

const calls = (): string[] => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");

function script(name: string, args: readonly string[], env: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(join(github, "scripts", name), args, {
    encoding: "utf8",
    env: { PATH: [folder, process.env["PATH"]].join(delimiter), HOME: folder, ...env },
  });
  return { status, output: stdout + stderr };
}

describe("the preview of a stack", () => {
  const ready = { PULUMI_BACKEND_URL: "s3://state", ROLE_ARN: "arn:aws:iam::1:role/preview" };
  const preview = (env: Record<string, string>) => {
    const file = join(folder, "preview.md");
    const { status } = script("preview.sh", ["dev", file], env);
    return { status, text: readFileSync(file, "utf8") };
  };
  const judged = "--policy-pack policies --policy-pack-config policies/config/dev.json";

  beforeEach(() => {
    program(
      "pulumi",
      `case "$1" in stack) echo '${state}';; config) echo models;; *) echo "Resources: 3 to create";; esac`,
    );
    program("curl", "exit 0");
  });

  it.each([
    ["a backend", { ROLE_ARN: ready.ROLE_ARN }, "PULUMI_BACKEND_URL"],
    ["a role", { PULUMI_BACKEND_URL: ready.PULUMI_BACKEND_URL }, "ROLE_ARN"],
  ])("says that there is none without %s", (_, env, variable) => {
    const { status, text } = preview(env);
    expect([status, text]).toEqual([
      0,
      expect.stringMatching(new RegExp(`^\\*\\*No preview of \`dev\`:\\*\\* .*${variable}`)),
    ]);
    expect(calls()).toEqual([""]);
  });

  it("says which endpoint the runner does not reach, and fails where a deploy depends on it", () => {
    program("curl", "exit 28");
    const { status, text } = preview(ready);
    expect(status).toBe(0);
    expect(text).toContain(`this runner does not reach ${endpoint}. Let the repository variable`);
    expect(preview({ ...ready, NO_PREVIEW_STATUS: "1" }).status).toBe(1);
    expect(calls().filter((call) => call.startsWith("pulumi preview"))).toEqual([]);
  });

  it("runs under the policy pack with the configuration and the stage of the stack", () => {
    const { status, text } = preview({ ...ready, STAGE: "platform" });
    expect(status).toBe(0);
    expect(text).toContain("**Preview of `dev`:** passed.");
    expect(text).toContain("Resources: 3 to create");
    expect(calls().at(-1)).toBe(
      `pulumi preview --stack dev --non-interactive --color never ${judged} --config causeway:stage=platform`,
    );
  });

  it.each([
    ["models", { STAGE: "platform" }, "platform"],
    ["models", {}, "foundation"],
    ["platform", {}, "foundation"],
  ])(
    "refuses to take a stack of the stage %s back, by %j or the file's %s",
    (reached, env, told) => {
      const resources = [{ type: "pulumi:pulumi:Stack", outputs: { stage: reached } }];
      program(
        "pulumi",
        `case "$1" in stack) echo '${JSON.stringify({ deployment: { resources } })}';; config) echo ${told};; esac`,
      );
      const { status, text } = preview({ ...ready, ...env, NO_PREVIEW_STATUS: "1" });
      expect(status).toBe(1);
      expect(text).toContain(
        `it has reached the stage \`${reached}\`, and \`${told}\` would delete`,
      );
      expect(calls().filter((call) => call.startsWith("pulumi preview"))).toEqual([]);
    },
  );

  it("ends as the engine ends", () => {
    program("pulumi", `[ "$1" = stack ] || exit 255`);
    const { status, text } = preview(ready);
    expect([status, text]).toEqual([255, expect.stringContaining("**Preview of `dev`:** failed.")]);
  });

  it("comes before every deploy, which stops where it fails", () => {
    expect(script("deploy.sh", ["dev"], ready).status).toBe(0);
    const ran = calls().map((call) => call.split(" ").slice(0, 2).join(" "));
    expect(ran.filter((call) => call.startsWith("pulumi"))).toEqual([
      "pulumi stack",
      "pulumi config",
      "pulumi preview",
      "pulumi up",
      "pulumi stack",
    ]);
    expect(calls().find((call) => call.startsWith("pulumi up"))).toBe(
      `pulumi up --yes --skip-preview --stack dev --non-interactive --color never ${judged}`,
    );
    writeFileSync(join(folder, "calls"), "");
    program("pulumi", `[ "$1" = stack ] || exit 255`);
    expect(script("deploy.sh", ["dev"], ready).status).toBe(255);
    expect(calls().some((call) => call.startsWith("pulumi up"))).toBe(false);
  });
});

describe("the comment of a pull request", () => {
  const env = { GITHUB_REPOSITORY: "example/models", REPORT_URL: "https://example.com/report" };
  /** Lets GitHub know a comment, or none, and keeps what is sent. */
  const knows = (id: string) =>
    program("gh", `case "$*" in *--input*) cat >"${folder}/sent";; *) echo "${id}";; esac`);
  const sent = (): string =>
    (JSON.parse(readFileSync(join(folder, "sent"), "utf8")) as { body: string }).body;
  const write = (text: string) => {
    writeFileSync(join(folder, "plan.md"), text);
    return script("comment.sh", ["7", join(folder, "plan.md"), join(folder, "absent.md")], env);
  };

  it("is written once, and the same one again later", () => {
    knows("");
    expect(write("plan one")).toMatchObject({ status: 0 });
    expect(calls().at(-1)).toContain("--method POST repos/example/models/issues/7/comments");
    expect(sent()).toMatch(
      /^<!-- causeway plan -->\nplan one\n+\[Report .*\]\(https:\/\/example\.com\/report\)$/,
    );
    knows("42");
    expect(write("plan two")).toMatchObject({ status: 0 });
    expect(calls().at(-1)).toContain("--method PATCH repos/example/models/issues/comments/42");
    expect(calls().at(-2)).toContain("github-actions[bot]");
  });

  it("is cut before GitHub refuses it, and keeps the link to the report", () => {
    knows("");
    expect(write("x".repeat(70_000))).toMatchObject({ status: 0 });
    expect(sent().length).toBeLessThan(65_536);
    expect(sent()).toMatch(/the report has the rest\.\n+\[Report .*\)$/);
  });
});

describe("the workflows", () => {
  const files = ["policy.yml", "pull-request.yml", "deploy.yml", "deploy-stack.yml"];
  const texts = [
    ...files.map((file) => readFileSync(join(github, "workflows", file), "utf8")),
    readFileSync(join(github, "actions", "engine", "action.yml"), "utf8"),
  ];

  it("name every action of others by its commit, with the version beside it", () => {
    const uses = texts.flatMap((text) => [...text.matchAll(/uses: (.*)/g)].map(([, use]) => use));
    expect(uses.length).toBeGreaterThan(10);
    for (const use of uses)
      expect(use).toMatch(/^(\.\/\.github\/\S+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
  });

  it("give secrets and credentials to no pull request of a fork", () => {
    const text = readFileSync(join(github, "workflows", "pull-request.yml"), "utf8");
    expect(text).not.toContain("pull_request_target");
    const jobs = text.split(/^ {2}(?=\w+:$)/m).slice(1);
    for (const job of jobs.filter((one) => /secrets\.|id-token: write|: write$/m.test(one)))
      expect(job).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  });

  it("install the CLI that the end-to-end tests run with", () => {
    expect(texts.at(-1)).toContain(`pulumi-version: ${TOOLS.pulumi.version} `);
  });
});
