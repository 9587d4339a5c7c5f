import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { dump, load } from "js-yaml";
import { run, runOrThrow } from "../harness/lib/process";
import { REPOSITORY } from "../harness/project";
import type { Suite } from "../harness/runner";

/** Model of the repository that the adopter's second one is a copy of, and the name of that copy. */
const SAMPLE = "loan-approval";
const SECOND = "churn";

/** What an adopter changes in the stack files first: value of the repository, value of his own. */
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
/** Regions, accounts and domains of the stack that he adds, made from the file of dev. */
const STAGING: readonly (readonly [string, string])[] = [
  ["us-east-1", "ap-southeast-2"],
  ["222233334444", "333344445555"],
  ["dev.ai.acme.test", "staging.ai.acme.test"],
];

const replaced = (text: string, values: readonly (readonly [string, string])[]) =>
  values.reduce((changed, [from, to]) => changed.replaceAll(from, to), text);

/** The working tree without what git ignores, as a repository of its own. */
async function copyTree(folder: string): Promise<void> {
  const { stdout } = await runOrThrow(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard"],
    { cwd: REPOSITORY },
  );
  for (const file of stdout.trim().split("\n")) {
    // Deleted but not yet committed.
    if (!existsSync(join(REPOSITORY, file))) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(REPOSITORY, file), join(folder, file), { verbatimSymlinks: true });
  }
  await runOrThrow("git", ["init", "--quiet"], { cwd: folder });
  await runOrThrow("git", ["add", "--all"], { cwd: folder });
  symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
}

interface StackFile {
  readonly config: Record<string, unknown> & { readonly "causeway:models": { name: string }[] };
}

/** Serves the second model as the first is served. */
function withSecondModel(text: string): string {
  const content = load(text) as StackFile;
  const models = content.config["causeway:models"];
  const second = models.map((model) => ({ ...model, name: SECOND }));
  return dump({ config: { ...content.config, "causeway:models": [...models, ...second] } });
}

function changeStacks(folder: string): void {
  const file = (stack: string) => join(folder, `Pulumi.${stack}.yaml`);
  const texts = Object.fromEntries(
    ["dev", "prod", "local"].map((stack) => [
      stack,
      replaced(readFileSync(file(stack), "utf8"), VALUES),
    ]),
  );
  const staging = replaced(texts["dev"] ?? "", STAGING);
  for (const [stack, text] of Object.entries({ ...texts, staging }))
    writeFileSync(file(stack), withSecondModel(text));
  const policies = (stack: string) => join(folder, "policies", "config", `${stack}.json`);
  cpSync(policies("dev"), policies("staging"));
}

/** Copies the sample under another name and makes its first release, which trains it. */
async function addModel(folder: string): Promise<void> {
  const [from, to] = [SAMPLE, SECOND].map((name) => join(folder, "services", "models", name)) as [
    string,
    string,
  ];
  mkdirSync(to);
  for (const name of ["train.py", "impact-assessment.md"]) cpSync(join(from, name), join(to, name));
  writeFileSync(
    join(to, "model.yaml"),
    readFileSync(join(from, "model.yaml"), "utf8").replace(`name: ${SAMPLE}`, `name: ${SECOND}`),
  );
  await runOrThrow("npm", ["run", "release:renew", "--", SECOND, "--actor", "acme"], {
    cwd: folder,
  });
}

interface JestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
  }[];
}

/** Runs jest in the copy; throws with what each failed file says. */
async function runJest(folder: string): Promise<void> {
  const outputFile = join(folder, "jest.json");
  const { code, stderr } = await run(
    "npx",
    ["jest", "--silent", "--json", "--outputFile", outputFile],
    { cwd: folder },
  );
  const { numPassedTests, testResults } = JSON.parse(
    readFileSync(outputFile, "utf8"),
  ) as JestReport;
  const failed = testResults.filter(({ status }) => status === "failed");
  assert.equal(
    failed.map(({ name, message }) => `${name.slice(folder.length + 1)}\n${message}`).join("\n"),
    "",
  );
  assert.equal(code, 0, stderr.slice(-2_000));
  assert.ok(numPassedTests > 1_000, `only ${numPassedTests} tests ran`);
}

/**
 * A clone whose owner changed organisation, accounts, regions, domain and identity host, and added
 * a stack and a model: its tests hold as those of the repository do.
 */
export async function adopterSuite(): Promise<Suite> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-adopter-"));
  return {
    name: "adopter",
    tests: [
      {
        title: "another organisation changes the stack files and adds a stack and a model",
        run: async () => {
          await copyTree(folder);
          changeStacks(folder);
          await addModel(folder);
        },
      },
      { title: "all tests of jest pass in his clone", run: () => runJest(folder) },
      {
        title: "the tests of the training steps that read models pass in his clone",
        run: async () => {
          const files = ["test_sample.py", "test_signing.py"].map((name) => join("tests", name));
          await runOrThrow("npx", ["tsx", "test/training.ts", ...files], { cwd: folder });
          await rm(folder, { recursive: true });
        },
      },
    ],
  };
}
