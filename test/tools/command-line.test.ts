import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { existingEnvironment } from "../../services/training/environment";
import { CommandLineEnd, commandLine } from "../../tools/command-line";

const root = join(__dirname, "..", "..");
const scripts: Record<string, string> = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts;
/** Scripts that hand their arguments to a program of others (tsc, eslint, jest, pytest), and one that is two others. */
const others = ["start", "check", "lint", "test", "test:training", "fuzz", "train"];
const own = Object.keys(scripts).filter((name) => !others.includes(name));

function run(script: string, argument: string) {
  const [program = "", ...rest] = (scripts[script] ?? "").split(" ");
  const [command, args] = program === "tsx" ? [join(root, "node_modules", ".bin", "tsx"), rest] : [process.execPath, rest];
  return spawnSync(command, [...args, argument], { cwd: root, encoding: "utf8", timeout: 50_000 });
}

/** Their own folders keep a parser each. */
const apart = ["e2e", "test:rules", "delivery", "record:run", "erase", "lineage"];

describe("every command of package.json", () => {
  it.each(own.filter((name) => !apart.includes(name)))("%s says with --help how it is used, and names what is allowed for an unknown option", (script) => {
    const help = run(script, "--help");
    expect([help.status, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toContain(`npm run ${script}`);
    const wrong = run(script, "--bogus");
    expect(wrong.status).toBe(2);
    const said = `${wrong.stdout}${wrong.stderr}`;
    expect(said).toContain("--bogus");
    expect(said).toContain(`npm run ${script}`);
    expect(said).not.toMatch(/^ +at /m);
  });
});

describe("npm run train", () => {
  it("says how it is used, and hands on the exit code of the steps", () => {
    const help = run("train", "--help");
    expect(help.status).toBe(0);
    expect(help.stdout).toContain("npm run train -- <step>");
    expect(spawnSync(join(root, "node_modules", ".bin", "tsx"), ["tools/train.ts"], { cwd: root, encoding: "utf8" })).toMatchObject({ status: 2, stderr: expect.stringContaining("step: got nothing") });
    if (existingEnvironment() !== undefined) expect(run("train", "collect")).toMatchObject({ status: 2, stderr: expect.stringContaining("--contract is missing") });
  });
});

describe("the output of a command", () => {
  it("may be read as far as somebody likes", () => {
    const tsx = join(root, "node_modules", ".bin", "tsx");
    const { status, stderr, stdout } = spawnSync("bash", ["-c", `set -o pipefail; ${tsx} tools/audit.ts services/models/ledger.jsonl --list | head -1; echo "\${PIPESTATUS[0]}"`], { cwd: root, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/entries hold; .*\n(0|141)\n$/);
  });
});

describe("a command line", () => {
  const grammar = { usage: "usage", operands: 1, options: { out: { type: "string" }, json: { type: "boolean", default: false } } } as const;
  const ended = (argv: readonly string[]) => {
    try {
      commandLine(argv, grammar);
    } catch (error) {
      if (error instanceof CommandLineEnd) return [error.code, error.message];
    }
    return undefined;
  };

  it("gives options and arguments", () => {
    expect(commandLine(["model", "--out", "x"], grammar)).toMatchObject({ values: { out: "x", json: false }, positionals: ["model"] });
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
