import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { reachedStage, stageToRun, updateArguments } from "../../../cli/up/up";
import { causeway } from "../../support/verb";

let folder: string;
const { PATH } = process.env;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-up-"));
  process.env["PATH"] = `${folder}${delimiter}${PATH ?? ""}`;
});
afterEach(() => {
  process.env["PATH"] = PATH;
  rmSync(folder, { recursive: true });
});

/** Puts a `pulumi` into the PATH that notes its arguments and knows the outputs of one stack. */
function fakePulumi(outputs: object | undefined, updateCode = 0): void {
  const answer =
    outputs === undefined
      ? "echo \"error: no stack named 'dev' found\" >&2; exit 1"
      : `echo '${JSON.stringify(outputs)}'; exit 0`;
  const file = join(folder, "pulumi");
  writeFileSync(
    file,
    `#!/bin/sh\necho "$@" >> "${join(folder, "calls")}"\ncase "$1 $2" in "stack output") ${answer};; esac\n[ "$1" != up ] || exit ${updateCode}\n`,
  );
  chmodSync(file, 0o755);
}
const calls = () => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
const update = (stage: string) =>
  `up --stack dev --config causeway:stage=${stage} --policy-pack policies --policy-pack-config policies/config/dev.json`;

describe("causeway up", () => {
  it("begins a stack that the backend does not have with its foundation", async () => {
    fakePulumi(undefined);
    const { code, out } = await causeway("up", ["--stack", "dev"]);
    expect(code).toBe(0);
    expect(calls()).toEqual([
      "stack output --json --stack dev",
      "stack init dev --no-select",
      update("foundation"),
    ]);
    expect(out).toContain("stage foundation (1 of 3; so far: none)");
    expect(out).toContain("pulumi stack output clusterAccess --stack dev");
    expect(out).toContain("Then: npx causeway up --stack dev");
  });

  it.each([
    ["foundation", "platform"],
    ["platform", "models"],
    ["models", "models"],
  ])("after %s runs %s", async (stage, next) => {
    fakePulumi({ stage });
    expect((await causeway("up", ["--stack", "dev"])).code).toBe(0);
    expect(calls().at(-1)).toBe(update(next));
  });

  it("refuses to go back, and runs no update", async () => {
    fakePulumi({ stage: "models" });
    const { code, err } = await causeway("up", ["--stack", "dev", "--stage", "foundation"]);
    expect(code).toBe(2);
    expect(err).toContain("an earlier stage deletes what it does not have");
    expect(calls()).toEqual(["stack output --json --stack dev"]);
  });

  it("says that an update failed, and that it may be run again", async () => {
    fakePulumi({ stage: "foundation" }, 255);
    const { code, err } = await causeway("up", ["--stack", "dev"]);
    expect(code).toBe(1);
    expect(err).toContain("pulumi up ended with 255; mend what it says and run this command again");
  });

  it("tells Pulumi to end when it is told to, and ends after it", () => {
    const file = join(folder, "pulumi");
    writeFileSync(
      file,
      `#!/bin/sh\ncase "$1" in stack) echo '{"stage":"foundation"}'; exit 0;; esac\ntrap 'echo ended >> "${folder}/calls"; exit 255' TERM\nkill -TERM $PPID\nfor i in $(seq 600); do sleep 0.1; done\n`,
    );
    chmodSync(file, 0o755);
    const launcher = join(__dirname, "..", "..", "..", "cli", "causeway.mjs");
    const { status, stderr } = spawnSync(process.execPath, [launcher, "up", "--stack", "dev"], {
      encoding: "utf8",
      env: process.env,
    });
    expect([status, calls()]).toEqual([1, ["ended"]]);
    expect(stderr).toContain("pulumi up ended with 255");
  });

  it("knows the stacks that there are", async () => {
    const { code, err } = await causeway("up", ["--stack", "elsewhere"]);
    expect([code, err.split(",")[0]]).toEqual([2, "--stack: got elsewhere"]);
  });
});

it("takes a stack from before there were stages for a complete one", () =>
  expect([reachedStage({ models: {} }), reachedStage({}), reachedStage(undefined)]).toEqual([
    "models",
    undefined,
    undefined,
  ]));

it("runs a stage again, but skips none", () => {
  expect(stageToRun("platform", "platform")).toBe("platform");
  expect(() => stageToRun("foundation", "models")).toThrow("allowed: foundation or platform");
  expect(() => stageToRun(undefined, "platform")).toThrow("allowed: foundation");
});

it("asks no question with --yes, and targets nothing", () => {
  const given = updateArguments("dev", "models", true);
  expect(given).toContain("--yes");
  expect(given.filter((each) => each.startsWith("--target"))).toEqual([]);
});
