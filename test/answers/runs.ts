import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { AnswerEdit } from "../../cli/docs/threats/answers";
import { ensureEnvironment } from "../../services/training/environment";

export const root = join(__dirname, "..", "..");

/** Tests to run, with an edit of the product or without. */
export interface Run {
  readonly name: string;
  readonly test: string;
  /** Text of the names of the tests; all of the file where absent. */
  readonly only: string | undefined;
  readonly edit: AnswerEdit | undefined;
}

/** What became of a run: `broken` where the file did not come to its tests. */
export interface Outcome {
  readonly run: string;
  readonly broken?: string;
  readonly tests: readonly {
    readonly name: string;
    readonly status: string;
    readonly failures: readonly string[];
  }[];
}

/** Runs tests in one process of jest; the edits are made where files are compiled. */
export async function runJest(
  runs: readonly Run[],
  heard: (outcome: Outcome) => void,
): Promise<void> {
  if (runs.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), "answers-"));
  const config = join(folder, "jest.config.json");
  writeFileSync(config, JSON.stringify(jestConfig(runs)));
  try {
    await ended("node", ["node_modules/jest/bin/jest.js", "--config", config], root, {}, (line) => {
      if (line.startsWith('{"run":')) heard(JSON.parse(line) as Outcome);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const options = {
  jsc: { target: "es2022", parser: { syntax: "typescript" } },
  module: { type: "commonjs" },
};

function jestConfig(runs: readonly Run[]): object {
  return {
    rootDir: root,
    maxWorkers: 2,
    testTimeout: 300_000,
    reporters: [join(__dirname, "reporter.mjs")],
    projects: runs.map(({ name, test, only, edit }) => ({
      displayName: name,
      rootDir: root,
      roots: [`<rootDir>/${test.slice(0, test.lastIndexOf("/"))}`],
      testMatch: [`<rootDir>/${test}`],
      globalSetup: "<rootDir>/test/global-setup.ts",
      globalTeardown: "<rootDir>/test/global-teardown.ts",
      testEnvironment: join(__dirname, "environment.ts"),
      testEnvironmentOptions: { only: only ?? "" },
      moduleNameMapper: { "^typescript$": "<rootDir>/test/support/no-typescript.ts" },
      transform: { "^.+\\.tsx?$": [join(__dirname, "transform.mjs"), { edit, options }] },
    })),
  };
}

/** Runs tests of the training steps on a copy of them. */
export async function runPytest({ name, test, only, edit }: Run): Promise<Outcome> {
  const { python, variables } = await ensureEnvironment({
    tests: true,
    report: (line) => console.log(line),
  });
  const folder = mkdtempSync(join(tmpdir(), "answers-"));
  try {
    // The steps find contracts beside their own folder.
    symlinkSync(join(root, "test"), join(folder, "test"));
    cpSync(join(root, "services"), join(folder, "services"), { recursive: true });
    if (edit !== undefined) {
      const file = join(folder, edit.file);
      writeFileSync(
        file,
        readFileSync(file, "utf8").replace(edit.text, () => edit.instead),
      );
    }
    const { output } = await ended(
      python,
      [
        ...["-m", "pytest", "-v", "--tb=short", "-p", "no:cacheprovider"],
        ...[test.slice("services/training/".length), ...(only === undefined ? [] : ["-k", only])],
      ],
      join(folder, "services", "training"),
      { ...variables, PYTHONDONTWRITEBYTECODE: "1" },
    );
    return outcomeOf(name, output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads what pytest ends with: `FAILED tests/test_a.py::test_b - AssertionError`, `2 passed`. */
function outcomeOf(run: string, output: string): Outcome {
  // Lines of an error; the summary's own is cut off at the width of the terminal.
  const errors = [...output.matchAll(/^E +(.*)$/gm)].map(([, line = ""]) => line);
  const failed = [...output.matchAll(/^FAILED \S+::(\S+)/gm)].map(([, name = ""]) => ({
    name,
    status: "failed",
    failures: errors,
  }));
  const passed = Number(/(\d+) passed/.exec(output)?.[1] ?? 0);
  const tests = [
    ...failed,
    ...Array.from({ length: passed }, () => ({ name: "", status: "passed", failures: [] })),
  ];
  return /^ERROR |\d+ errors? in /m.test(output) || tests.length === 0
    ? { run, broken: output.slice(-2000), tests }
    : { run, tests };
}

/** Runs a program to its end and returns what it said; `heard` gets each whole line of stdout. */
function ended(
  command: string,
  args: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>>,
  heard: (line: string) => void = () => undefined,
): Promise<{ output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    createInterface({ input: child.stdout }).on("line", (line) => {
      output += `${line}\n`;
      heard(line);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", reject);
    child.on("close", () => resolve({ output }));
  });
}
