import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { existingEnvironment } from "../../services/training/environment";
import { CommandLineEnd, commandLine } from "../../cli/command-line";
import { run as runProgram } from "../harness/lib/process";

const root = join(__dirname, "..", "..");
const scripts: Record<string, string> = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
).scripts;
/**
 * Scripts that hand their arguments to a program of others (tsc, eslint, jest, pytest), and one
 * that is two others.
 */
const others = [
  "start",
  "check",
  "lint",
  "test",
  "test:training",
  "fuzz",
  "train",
  "release:renew",
];
const own = Object.keys(scripts).filter((name) => !others.includes(name));

async function run(script: string, ...more: readonly string[]) {
  const [program = "", ...rest] = (scripts[script] ?? "").split(" ");
  const [command, args] =
    program === "tsx"
      ? [join(root, "node_modules", ".bin", "tsx"), rest]
      : [process.execPath, rest];
  const {
    code: status,
    stdout,
    stderr,
  } = await runProgram(command, [...args, ...more], { cwd: root });
  return { status, stdout, stderr };
}

describe("every command of package.json", () => {
  it.each(own)(
    "%s says with --help how it is used, and names what is allowed for an unknown option",
    async (script) => {
      const [help, wrong] = await Promise.all([run(script, "--help"), run(script, "--bogus")]);
      expect([help.status, help.stderr]).toEqual([0, ""]);
      expect(help.stdout).toContain(`npm run ${script}`);
      expect(wrong.status).toBe(2);
      const said = `${wrong.stdout}${wrong.stderr}`;
      expect(said).toContain("--bogus");
      expect(said).toContain(`npm run ${script}`);
      expect(said).not.toMatch(/^ +at /m);
    },
  );
});

describe("an input that cannot be used", () => {
  it.each([
    ["e2e", ["--only", "nothing"], "--only: got nothing, allowed: lifecycle,"],
    ["record:run", [], "run directory: got nothing"],
    ["record:run", ["runs/r1", "--ledger", "l.jsonl"], "--actor: got nothing"],
  ])("%s %j ends with 2 and names it", async (script, args, message) => {
    const { status, stdout, stderr } = await run(script, ...args);
    expect([status, `${stdout}${stderr}`]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe("npm run train", () => {
  it("says how it is used, and hands on the exit code of the steps", async () => {
    const help = await run("train", "--help");
    expect(help.status).toBe(0);
    expect(help.stdout).toContain("npm run train -- <step>");
    expect(
      spawnSync(join(root, "node_modules", ".bin", "tsx"), ["cli/train/train.ts"], {
        cwd: root,
        encoding: "utf8",
      }),
    ).toMatchObject({ status: 2, stderr: expect.stringContaining("step: got nothing") });
    if (existingEnvironment() !== undefined)
      expect(await run("train", "collect")).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("--contract is missing"),
      });
  });
});

describe("the output of a command", () => {
  it("may be read as far as somebody likes", () => {
    const { status, stderr, stdout } = spawnSync(
      "bash",
      [
        "-c",
        `set -o pipefail; cli/causeway.mjs audit services/models/ledger.jsonl --list | head -1; echo "\${PIPESTATUS[0]}"`,
      ],
      { cwd: root, encoding: "utf8" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/entries hold; .*\n(0|141)\n$/);
  });
});

describe("a command line", () => {
  const grammar = {
    usage: "usage",
    operands: 1,
    options: { out: { type: "string" }, json: { type: "boolean", default: false } },
  } as const;
  const ended = (argv: readonly string[]) => {
    try {
      commandLine(argv, grammar);
    } catch (error) {
      if (error instanceof CommandLineEnd) return [error.code, error.message];
    }
    return undefined;
  };

  it("gives options and arguments", () => {
    expect(commandLine(["model", "--out", "x"], grammar)).toMatchObject({
      values: { out: "x", json: false },
      positionals: ["model"],
    });
  });

  it.each([
    [["--bogus"], "Unknown option '--bogus', allowed: --out, --json, --help\n\nusage"],
    [["--out"], "Option '--out <value>' argument missing, allowed: --out, --json, --help\n\nusage"],
    [["a", "b", "c"], "got b c, allowed: at most 1 before the options\n\nusage"],
  ])("refuses %j and says what is allowed", (argv, message) => {
    expect(ended(argv)).toEqual([2, message]);
  });

  it("ends with its usage and code 0 for --help", () => {
    expect(ended(["model", "-h"])).toEqual([0, "usage"]);
  });
});
