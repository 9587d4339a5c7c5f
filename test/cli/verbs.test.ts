import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandOf, runCommand, wholeNumber, type CommandLine } from "../../cli/command";
import { completions } from "../../cli/completion";
import { exitCodeOf, UsageError, VerbError } from "../../cli/exit-codes";
import { commandLineOf, verbCommand, verbs } from "../../cli/run-verb";
import { Terminal } from "../../cli/terminal";
import table from "../../cli/verbs.json";
import { InputError } from "../../services/contract/problems";
import { existingEnvironment } from "../../services/training/environment";
import { fixtureProject, modelsFolder } from "../harness/fixtures";
import { causeway } from "../support/verb";

const root = join(__dirname, "..", "..");
const launcher = join(root, "cli", "causeway.mjs");
const run = (...argv: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...argv], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};
/** Verbs that hand what follows to a program of others, or give no data. */
const withoutJson = ["up", "train", "completion"];

it("says nothing of the versions of Node that its SDK will need one day", () => {
  // A client is made for any ledger in a bucket, and asks nothing before it is used.
  const { stderr } = spawnSync(
    process.execPath,
    [
      "-e",
      `import(${JSON.stringify(launcher)}).then(() => new (require("@aws-sdk/client-sts").STSClient)({ region: "eu-west-1" }))`,
      "--",
      root,
    ],
    { cwd: root, encoding: "utf8" },
  );
  expect(stderr).toBe("");
});

describe("every verb", () => {
  it.each(verbs)("$name loads, and its help has an example that names it", async (row) => {
    const { code, out, err } = await causeway(row.name, ["--help"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(row.summary);
    expect(out).toMatch(new RegExp(`^Examples:\\n {2}\\$ npx causeway ${row.name}`, "m"));
    expect(out.includes("--json")).toBe(!withoutJson.includes(row.name));
  });

  it.each(verbs)("$name has examples whose options there are", (row) => {
    const loaded = verbCommand(row, new Terminal());
    const known = loaded.options.flatMap(({ long, short }) => [long, short]);
    const { examples } = commandLineOf(row);
    // What follows a step of training is for the step to judge.
    const used =
      row.name === "train" ? [] : examples.flatMap((one) => one.match(/(?<= |^)--[a-z-]+/g) ?? []);
    expect(used.filter((option) => !known.includes(option))).toEqual([]);
  });

  it.each(verbs)(
    "$name ends with 2 for an unknown option, and names those there are",
    async ({ name }) => {
      const { code, out, err } = await causeway(name, ["--bogus"]);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toContain("--bogus");
      expect(err).toContain(`usage: npx causeway ${name}`);
      expect(err).toContain("--help");
      expect(err).not.toMatch(/^ +at /m);
    },
  );

  it("has a module, and a name that no other has", () => {
    expect(verbs.filter(({ module }) => !existsSync(join(root, "cli", module)))).toEqual([]);
    expect(new Set(verbs.map(({ name }) => name)).size).toBe(verbs.length);
  });
});

describe("causeway", () => {
  it("lists every verb under who uses it, and the exit codes", () => {
    const { status, stdout } = run("--help");
    expect(status).toBe(0);
    for (const { users, verbs: own } of table.groups) {
      const [, section = ""] = stdout.split(`\n${users}:\n`);
      const listed = section.slice(0, section.indexOf("\n\n"));
      expect(listed.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual(
        own.map(({ name, summary }) => [name, summary]),
      );
    }
    for (const [code, meaning] of Object.entries(table.exitCodes))
      expect(stdout).toContain(`${code} ${meaning}`);
  });

  it("loads neither TypeScript nor a verb for it", () => {
    const trace = `--import=data:text/javascript,${encodeURIComponent(
      'import { createRequire } from "node:module"; process.on("exit", () => console.error(Object.keys(createRequire("/")("node:module")._cache).join()))',
    )}`;
    const { stderr } = spawnSync(process.execPath, [trace, launcher, "--help"], {
      encoding: "utf8",
    });
    expect(stderr).toContain("commander");
    expect(stderr).not.toMatch(/tsx|pulumi|esbuild|\.ts/);
  });

  it.each([
    [["plann"], "(Did you mean plan?)"],
    [["release", "verifi"], "(Did you mean verify?)"],
    [["frobnicate"], `allowed: ${table.groups[0]!.verbs.map(({ name }) => name).join(", ")}`],
    [["release"], "Usage: causeway release"],
    [[], "Usage: causeway"],
    [["--bogus"], "unknown option '--bogus'"],
    [["audit", "ledger", "--hed", "x"], "(Did you mean --head?)"],
  ])("ends with 2 on %j and says what is allowed", (argv, message) => {
    const { status, stderr } = run(...argv);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("runs a verb, whose output may be read as far as somebody likes", () => {
    const { status, stderr, stdout } = spawnSync(
      "bash",
      [
        "-c",
        `set -o pipefail; ${launcher} audit ${join(modelsFolder, "ledger.jsonl")} --list | head -1; echo "\${PIPESTATUS[0]}"`,
      ],
      { cwd: root, encoding: "utf8" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/entries hold; .*\n(0|141)\n$/);
  });

  it("is what npx finds in a clone", () => {
    const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(bin).toEqual({ causeway: "cli/causeway.mjs" });
  });
});

describe("an input that cannot be used", () => {
  it.each([
    ["delivery approve", ["m"], "missing: --role <role>, --reason <text>, --ledger <ledger>"],
    ["delivery kill", ["m", "--to", "nowhere"], "Allowed choices are champion, fallback."],
    ["release publish", ["m"], "--repository: got nothing, allowed: the URL of a repository, or"],
    ["release renew", ["nobody", "--project", fixtureProject], "allowed: loan-approval"],
    ["privacy lineage", ["jane", "--model", "loan-approval"], "missing: --at <stores...>"],
    ["privacy lineage", [], "missing required argument 'subject'"],
    ["drill restore", ["--stack", "nowhere"], "--stack: got nowhere, allowed"],
    ["cost", ["--stack", "nowhere"], "--stack: got nowhere, allowed"],
    ["train", [], "missing required argument 'step'"],
  ])("%s %j ends with 2 and names it", async (name, argv, message) => {
    const { code, out, err } = await causeway(name, argv);
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(message)]);
  });

  (existingEnvironment() === undefined ? it.skip : it)(
    "of a training step or a search is one too",
    async () => {
      expect(run("train", "collect")).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("--contract is missing"),
      });
      expect(
        await causeway("privacy lineage", ["jane", "--model", "nobody", "--at", root]),
      ).toMatchObject({ code: 2, err: expect.stringContaining("no such file") });
    },
  );
});

test.each([
  [new Error("x"), 1],
  [new VerbError("x", 3), 3],
  [new UsageError("x"), 2],
  [new RangeError("x"), 2],
  [new InputError("x", []), 2],
  ["x", 1],
])("%p ends with %d", (error, code) => expect(exitCodeOf(error)).toBe(code));

describe("a command line", () => {
  const ended = async (...argv: string[]) => {
    const said = { out: "", err: "" };
    const terminal = new Terminal({
      out: (text) => void (said.out += text),
      error: (text) => void (said.err += text),
      input: () => "",
    });
    const line: CommandLine = {
      examples: ["model --out x"],
      define: (command) =>
        command
          .argument("<model>")
          .requiredOption("--out <file>")
          .requiredOption("--in <file>")
          .option("--count <n>", "how many", wholeNumber(1, 9), 1)
          .option("--json")
          .action((model, given) => {
            terminal.print("progress");
            terminal.result({ model, ...given }, [model]);
          }),
    };
    const code = await runCommand(commandOf("program", "does it", line, terminal), argv, terminal);
    return { code, ...said };
  };

  it("gives options and arguments", async () => {
    expect(await ended("m", "--out", "x", "--in", "y")).toEqual({
      code: 0,
      out: "progress\nm\n",
      err: "",
    });
  });

  it("leaves standard output to JSON alone", async () => {
    const { out, err } = await ended("m", "--out", "x", "--in", "y", "--count", "3", "--json");
    expect(JSON.parse(out)).toEqual({ model: "m", out: "x", in: "y", count: 3, json: true });
    expect(err).toBe("progress\n");
  });

  it.each([
    [["m"], "missing: --out <file>, --in <file>"],
    [["m", "--bogus"], "unknown option '--bogus'"],
    [["m", "--out"], "option '--out <file>' argument missing"],
    [["m", "--count", "10"], "Allowed: a whole number from 1 to 9."],
    [["a", "b"], "too many arguments. Expected 1 argument but got 2."],
  ])("refuses %j and says what is allowed", async (argv, message) => {
    const { code, err } = await ended(...argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).toContain("allowed: --out, --in, --count, --json, --help");
  });
});

describe("completion", () => {
  it("knows verbs, groups and the options of each verb", () => {
    const words = (after: string) => completions().find((one) => one.after === after)?.words;
    expect(words("")).toEqual(expect.arrayContaining(["plan", "release", "completion"]));
    expect(words("release")).toEqual(expect.arrayContaining(["verify", "publish-image"]));
    expect(words("release verify")).toEqual(
      expect.arrayContaining(["--unsigned", "--json", "--help"]),
    );
  });

  it("completes in bash", async () => {
    const { code, out } = await causeway("completion", ["bash"]);
    expect(code).toBe(0);
    const complete = (...words: string[]) => {
      const script = `${out}\nCOMP_WORDS=(causeway ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _causeway; echo "\${COMPREPLY[*]}"`;
      return spawnSync("bash", ["-c", script], { cwd: root, encoding: "utf8" }).stdout.trim();
    };
    expect(complete("pl")).toBe("plan");
    expect(complete("release", "ver")).toBe("verify");
    expect(complete("release", "verify", "m", "--uns")).toBe("--unsigned");
    expect(complete("audit", "package-lock")).toBe("package-lock.json");
  });

  it.each(["zsh", "fish"])("is printed for %s", async (shell) => {
    const { code, out } = await causeway("completion", [shell]);
    expect([code, out]).toEqual([0, expect.stringContaining("publish-image")]);
  });
});
