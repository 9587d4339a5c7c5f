import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readStackFile, stackNames } from "../../../cli/plan/stack-file";
import { parseConfig } from "../../../infra/stack/load";
import { fixtureProject } from "../../harness/fixtures";
import { stackFile } from "../../support/stacks";
import { root } from "./fixture";

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function plan(...args: string[]): Promise<Finished> {
  return new Promise((resolve) => {
    const command = [
      join(root, "cli", "causeway.mjs"),
      "plan",
      "--project",
      fixtureProject,
      ...args,
    ];
    execFile(process.execPath, command, { cwd: root, maxBuffer: 64e6 }, (error, stdout, stderr) =>
      resolve({
        code: typeof error?.code === "number" ? error.code : error ? 1 : 0,
        stdout,
        stderr,
      }),
    );
  });
}

describe("causeway plan", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "plan-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("plans every stack, writes its files and the report, and ends with 0 when nothing mandatory is broken", async () => {
    const out = join(folder, "all");
    const { code, stdout, stderr } = await plan("--out", out);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const stacks = stackNames(fixtureProject);
    for (const stack of stacks) {
      expect(stdout).toMatch(new RegExp(`^${stack}: clean`, "m"));
      expect(JSON.parse(readFileSync(join(out, stack, "plan.json"), "utf8"))).toMatchObject({
        stack,
        verdict: "clean",
        gaps: [],
      });
      const { regions } = parseConfig(
        readStackFile(join(fixtureProject, `Pulumi.${stack}.yaml`)),
        stack,
        stack,
      );
      expect(readdirSync(join(out, stack, "manifests")).sort()).toEqual(
        regions.map(({ name }) => name).sort(),
      );
    }
    expect(readFileSync(join(out, "index.html"), "utf8")).toContain(
      `<title>Causeway plan: ${stacks.join(", ")}</title>`,
    );
  });

  it("prints one JSON document and nothing else with --json", async () => {
    const { code, stdout } = await plan(
      "--stack",
      "local",
      "--json",
      "--out",
      join(folder, "json"),
    );
    const document = JSON.parse(stdout) as {
      exitCode: number;
      stacks: { stack: string; resources: unknown[] }[];
      failures: unknown[];
    };
    expect(document).toMatchObject({
      exitCode: code,
      failures: [],
      stacks: [{ stack: "local", verdict: "clean" }],
    });
    expect(document.stacks[0]!.resources.length).toBeGreaterThan(20);
  });

  it("compares with an earlier folder with --diff, also the one that it writes to", async () => {
    const out = join(folder, "compared");
    const args = ["--stack", "local", "--out", out, "--diff", out];
    const none = await plan(...args);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain(`--diff: got ${out}, allowed: a folder that an earlier --out`);
    expect((await plan("--stack", "local", "--out", out)).code).toBe(0);
    const file = join(out, "local", "plan.json");
    writeFileSync(file, readFileSync(file, "utf8").replace(/"protect": false/, '"protect": true'));
    const { code, stdout } = await plan(...args);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `local: against ${out} 0 added, 0 removed, 0 renamed, 1 changed, 0 with other digests alone`,
    );
    expect(stdout).toContain("options.protect: true -> false");
    const same = await plan(...args, "--json");
    expect(JSON.parse(same.stdout)).toEqual({
      exitCode: 0,
      differences: [
        {
          stack: "local",
          known: true,
          added: [],
          removed: [],
          renamed: [],
          changed: [],
          figures: [],
        },
      ],
      failures: [],
    });
  });

  it("ends with 1 when a mandatory rule is broken, and names rule, finding and fix", async () => {
    const file = join(folder, "expensive.yaml");
    writeFileSync(
      file,
      readFileSync(stackFile("dev"), "utf8").replace(
        /monthlyBudgetUsd: \d+/,
        "monthlyBudgetUsd: 1",
      ),
    );
    const { code, stdout } = await plan(
      "--stack",
      "dev",
      "--config-file",
      file,
      "--out",
      join(folder, "expensive"),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^dev: REFUSED/m);
    expect(stdout).toMatch(/mandatory cost-[a-z-]+ .*\n.*\n +fix: /);
  });

  it("ends with 2 on a bad stack file, with every problem: key, value got, value allowed", async () => {
    const file = join(folder, "bad.yaml");
    const text = readFileSync(stackFile("prod"), "utf8");
    writeFileSync(
      file,
      text
        .replace('kubernetesVersion: "1.35"', 'kubernetesVersion: "1.12"')
        .replace("10.33.0.0/16", "10.32.0.0/16"),
    );
    const { code, stderr } = await plan(
      "--stack",
      "prod",
      "--config-file",
      file,
      "--out",
      join(folder, "bad"),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/kubernetesVersion: got "1\.12", allowed: one of/);
    expect(stderr).toMatch(/regions\[1\]\.cidr: got "10\.32\.0\.0\/16", allowed: /);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(existsSync(join(folder, "bad", "prod"))).toBe(false);
  });

  it("reports the problems of a bad stack file in the JSON too", async () => {
    const file = join(folder, "empty.yaml");
    writeFileSync(file, "config: {}\n");
    const before = join(folder, "empty", "dev", "plan.json");
    mkdirSync(dirname(before), { recursive: true });
    writeFileSync(before, '{ "verdict": "clean" }');
    const { code, stdout } = await plan(
      "--stack",
      "dev",
      "--config-file",
      file,
      "--json",
      "--out",
      join(folder, "empty"),
    );
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      exitCode: 2,
      stacks: [],
      failures: [
        {
          stack: "dev",
          problems: expect.arrayContaining([{ key: "target", allowed: "aws or kubernetes" }]),
        },
      ],
    });
    expect(existsSync(before)).toBe(false);
  });

  it.each([
    [
      ["--stack", "unheard-of"],
      `--stack: got unheard-of, allowed: ${stackNames(fixtureProject).join(", ")}`,
    ],
    [["--colour"], "unknown option '--colour'"],
    [["prod"], "too many arguments. Expected 0 arguments but got 1"],
    [["--config-file", "x.yaml"], "--config-file needs exactly one --stack, got 0"],
  ])("ends with 2 on %j and says what is allowed", async (args, message) => {
    const { code, stderr } = await plan(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain("usage: npx causeway plan");
  });
});
