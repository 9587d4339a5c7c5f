import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { cloneWithFixtures } from "../harness/clone";
import { modelFolder } from "../harness/fixtures";
import { run, runOrThrow } from "../harness/lib/process";
import { say } from "../harness/lib/text";
import type { Suite } from "../harness/runner";

/** Models of the adopter, which take the place of the sample, and how each is released. */
const MODELS = { churn: "canary", refunds: "shadow" } as const;

/** What an adopter changes in the stack files first: value of the fixtures, value of his own. */
const VALUES: readonly (readonly [string, string])[] = [
  ["organization: example", "organization: acme"],
  ["111122223333", "222233334444"],
  ["444455556666", "555566667777"],
  ["eu-west-1", "us-east-1"],
  ["eu-central-1", "us-west-2"],
  ["models.example.com", "ai.acme.test"],
  ["login.example.com", "id.acme.test"],
  ["security@example.com", "security@acme.test"],
];
/** Region, account and domain of the stack that he adds, made from the file of dev. */
const STAGING: readonly (readonly [string, string])[] = [
  ["us-east-1", "ap-southeast-2"],
  ["222233334444", "333344445555"],
  ["dev.ai.acme.test", "staging.ai.acme.test"],
];
const STACKS = ["dev", "local", "prod", "staging"];

const replaced = (text: string, values: readonly (readonly [string, string])[]) =>
  values.reduce((changed, [from, to]) => changed.replaceAll(from, to), text);

interface StackFile {
  readonly config: Record<string, unknown> & { readonly "causeway:models": object[] };
}

/** Serves his models as the first one of the file was served. */
function withModels(text: string): string {
  const content = load(text) as StackFile;
  const [first] = content.config["causeway:models"];
  const models = Object.keys(MODELS).map((name) => ({ ...first, name }));
  return dump({ config: { ...content.config, "causeway:models": models } });
}

/**
 * His own stack files. They are made from those of the fixtures, so that the clone of an adopter is
 * tried as this repository is.
 */
function changeStacks(folder: string): void {
  const [fixtures, policies] = [
    join(folder, "test", "fixtures", "stacks"),
    join(folder, "policies", "config"),
  ];
  for (const stack of STACKS) {
    const like = stack === "staging" ? "dev" : stack;
    const own = replaced(readFileSync(join(fixtures, `Pulumi.${like}.yaml`), "utf8"), VALUES);
    const text = stack === "staging" ? replaced(own, STAGING) : own;
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), withModels(text));
    cpSync(join(fixtures, "policies", "config", `${like}.json`), join(policies, `${stack}.json`));
  }
}

/** Deletes every model of the tree, and makes the first release of his own, which trains them. */
async function changeModels(folder: string): Promise<void> {
  const models = join(folder, "services", "models");
  rmSync(models, { recursive: true });
  for (const [name, strategy] of Object.entries(MODELS)) {
    const target = join(models, name);
    mkdirSync(target, { recursive: true });
    for (const file of ["train.py", "impact-assessment.md"])
      cpSync(join(modelFolder, file), join(target, file));
    writeFileSync(
      join(target, "model.yaml"),
      replaced(readFileSync(join(modelFolder, "model.yaml"), "utf8"), [
        ["name: loan-approval", `name: ${name}`],
        ["strategy: canary", `strategy: ${strategy}`],
        ["credit-risk@example.com", "models@acme.test"],
      ]),
    );
    await runOrThrow(
      process.execPath,
      ["cli/causeway.mjs", "release", "renew", name, "--actor", "acme"],
      {
        cwd: folder,
        onStdoutLine: (line) => line.startsWith("[") && say(`        ${name} ${line}`),
      },
    );
  }
  await runOrThrow("git", ["init", "--quiet"], { cwd: folder });
  await runOrThrow("git", ["add", "--all"], { cwd: folder });
}

interface JestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
  }[];
}

/** Runs jest in the copy, and says which files are over; throws with what each failed one says. */
async function runJest(folder: string): Promise<void> {
  const outputFile = join(folder, "out", "jest.json");
  const { code, stderr } = await run(
    "npx",
    ["jest", "--silent", "--json", "--outputFile", outputFile],
    {
      cwd: folder,
      onStderrLine: (line) => /^(PASS|FAIL) /.test(line) && say(`        ${line}`),
    },
  );
  const { numPassedTests, testResults } = JSON.parse(
    readFileSync(outputFile, "utf8"),
  ) as JestReport;
  const failed = testResults.filter(({ status }) => status === "failed");
  if (failed.length > 0)
    assert.fail(
      failed.map(({ name, message }) => `${name.slice(folder.length + 1)}\n${message}`).join("\n"),
    );
  assert.equal(code, 0, stderr.slice(-2_000));
  assert.ok(numPassedTests > 1_000, `only ${numPassedTests} tests ran`);
}

interface Plans {
  readonly exitCode: number;
  readonly stacks: readonly {
    readonly stack: string;
    readonly violations: readonly { readonly rule: string; readonly enforcement: string }[];
  }[];
}

/** Rules that advise against a release that nobody published, approved or signed. */
const UNPUBLISHED = [
  "governance-image-published",
  "governance-model-outstanding",
  "governance-model-published",
  "governance-model-signed",
];

/** Nothing mandatory is broken; what is advised of a release that is not published yet is named. */
async function runPlan(folder: string): Promise<void> {
  const { stdout } = await runOrThrow(process.execPath, ["cli/causeway.mjs", "plan", "--json"], {
    cwd: folder,
  });
  const { exitCode, stacks } = JSON.parse(stdout) as Plans;
  assert.equal(exitCode, 0);
  assert.deepEqual(
    stacks.map(({ stack }) => stack),
    STACKS,
  );
  const advised = stacks.flatMap(({ violations }) => violations.map(({ rule }) => rule));
  assert.deepEqual([...new Set(advised)].sort(), UNPUBLISHED);
}

/**
 * A clone whose owner changed organisation, accounts, regions, domain and identity host, added a
 * stack, and put models of his own in place of the sample: its tests hold as those of the
 * repository do.
 */
export async function adopterSuite(): Promise<Suite> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-adopter-"));
  say(`        the clone of an adopter: ${folder}`);
  return {
    name: "adopter",
    tests: [
      {
        title: "another organisation writes four stack files and trains two models of its own",
        run: async () => {
          await cloneWithFixtures(folder);
          changeStacks(folder);
          await changeModels(folder);
        },
      },
      { title: "every stack plans and breaks no mandatory rule", run: () => runPlan(folder) },
      { title: "all tests of jest pass in his clone", run: () => runJest(folder) },
      {
        title: "all tests of the training steps pass in his clone",
        run: async () => {
          await runOrThrow("npx", ["tsx", "test/training.ts"], {
            cwd: folder,
            onStdoutLine: (line) => /\d+%\]$/.test(line) && say(`        ${line}`),
          });
          await rm(folder, { recursive: true });
        },
      },
    ],
  };
}
