import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { definitionsServed } from "../harness/cluster/crds";
import { describe } from "../harness/lib/kubernetes/client";
import { run } from "../harness/lib/process";
import { eventually, expectFailure, expectOperations, expectSuccess } from "./expectations";
import { stateObjects } from "./planned";
import type { ChildProcess } from "node:child_process";
import type { JsonObject } from "../harness/lib/json";
import type { PulumiResult } from "../harness/lib/pulumi";
import type { Suite, Test } from "../harness/runner";
import type { SharedStack } from "./stack";

const ONE_ERROR_WITHIN_MS = 30_000;
/** Objects that exist before the fault strikes: in the middle of the update, not before it. */
const CREATED_BEFORE_FAULT = 12;

/** Runs an `up` and strikes once, when some objects have been created. */
async function interruptedUp(
  project: SharedStack["project"],
  strike: (cli: ChildProcess) => Promise<void>,
): Promise<{ result: PulumiResult; created: number }> {
  let created = 0;
  let cli: ChildProcess | undefined;
  let struck: Promise<void> | undefined;
  const result = await project.up({
    skipPreview: true,
    unjudged: true,
    savesEachStep: true,
    onStart: (child) => {
      cli = child;
    },
    onLine: (line) => {
      if (/kubernetes:(?!helm\.sh).* created \(/.test(line)) created += 1;
      if (created >= CREATED_BEFORE_FAULT && cli !== undefined) struck ??= strike(cli);
    },
  });
  await struck;
  assert.ok(
    struck,
    `the up ended before ${CREATED_BEFORE_FAULT} objects were created:\n${result.output.slice(-2000)}`,
  );
  return { result, created };
}

/**
 * After a fault: one more `up` completes the stack, state and server hold exactly the same objects,
 * and they agree.
 */
async function expectConvergence({ project, client, objects }: SharedStack): Promise<void> {
  expectSuccess(await project.up({ skipPreview: true, unjudged: true }));
  const inState = (await stateObjects(project, client)).map(
    ({ reference }) => describe(reference).split(" ")[1] ?? "",
  );
  const onServer = (await objects()).map((object) => object.split(" ")[1] ?? "");
  assert.deepEqual(onServer.sort(), inState.sort(), "objects on the server and in the state");
  const refresh = await project.refresh();
  expectSuccess(refresh);
  expectOperations(refresh, ["same"]);
}

async function expectGone({ project, objects }: SharedStack): Promise<void> {
  expectSuccess(await project.destroy());
  assert.deepEqual(await objects(), []);
}

/** Process id of the node process that runs the program, a grandchild of the CLI. */
async function programPid(cli: ChildProcess): Promise<number> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,args="]);
  const processes = stdout
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null);
  const descendants = new Set([String(cli.pid)]);
  for (let grew = true; grew;) {
    const before = descendants.size;
    for (const [, pid, parent] of processes)
      if (parent !== undefined && pid !== undefined && descendants.has(parent))
        descendants.add(pid);
    grew = descendants.size > before;
  }
  const program = processes.find(
    ([, pid, , args]) =>
      pid !== undefined && descendants.has(pid) && /@pulumi\/pulumi\/cmd\/run[/ ]/.test(args ?? ""),
  );
  assert.ok(program, "the program runs");
  return Number(program[1]);
}

function serverDeath(stack: SharedStack, definitions: readonly JsonObject[]): Test {
  const { faults } = stack.cluster;
  return {
    title: "an API server that dies in the middle of an up and comes back: the next up converges",
    skip: faults === undefined ? "this cluster's API server is not the tests' to kill" : undefined,
    run: async () => {
      assert.ok(faults);
      const { result } = await interruptedUp(stack.project, () => faults.killApiServer());
      expectFailure(result);
      assert.ok(
        result.errors.some((error) => error.includes("cannot be reached")),
        result.output.slice(-2000),
      );
      await faults.startApiServer();
      await definitionsServed(stack.client, definitions);
      await expectConvergence(stack);
      await expectGone(stack);
    },
  };
}

/** Waits until nothing changes any more: the provider outlives the CLI by its last calls. */
async function settled({ objects }: SharedStack): Promise<void> {
  let before = -1;
  await eventually("the end of the provider's last calls", async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = (await objects()).length;
    const same = now === before;
    before = now;
    return same;
  });
}

async function isWhole(file: string): Promise<boolean> {
  return readFile(file, "utf8")
    .then((text) => {
      JSON.parse(text);
      return true;
    })
    .catch(() => false);
}

/**
 * The file backend writes a state and its attributes one after the other, so a CLI that is killed
 * in between can leave an empty file; the state before the last step lies beside it, and putting it
 * back is what an operator does. Object stores write all at once.
 */
async function restoreTornState({ options }: SharedStack["project"]["cli"]): Promise<void> {
  const file = path.join(options.state, ".pulumi", "stacks", "causeway", "local.json");
  if ((await isWhole(file)) && (await isWhole(`${file}.attrs`))) return;
  await copyFile(`${file}.bak`, file);
  await copyFile(`${file}.bak.attrs`, `${file}.attrs`);
}

function engineDeath(stack: SharedStack): Test {
  const { project } = stack;
  return {
    title:
      "a CLI that is killed in the middle of an up leaves a lock that `pulumi cancel` releases",
    run: async () => {
      const { result } = await interruptedUp(project, (cli) => {
        cli.kill("SIGKILL");
        return Promise.resolve();
      });
      expectFailure(result);
      await restoreTornState(project.cli);
      const locked = await project.up({ skipPreview: true, unjudged: true });
      expectFailure(locked);
      assert.match(locked.output, /locked/);
      expectSuccess(await project.cli.plain(["cancel", "--yes", "--stack", "local"]));
      await settled(stack);
    },
  };
}

/** Goes on from what a killed CLI left, so that one update is hit twice. */
function programDeath(stack: SharedStack): Test {
  return {
    title: "a program that is killed in the middle of the up after that: the next up converges",
    run: async () => {
      const { result } = await interruptedUp(stack.project, async (cli) => {
        process.kill(await programPid(cli), "SIGKILL");
      });
      expectFailure(result);
      await expectConvergence(stack);
      await expectGone(stack);
    },
  };
}

function expectOneError(result: PulumiResult, pattern: RegExp): void {
  expectFailure(result);
  const causes = [
    ...new Set(result.errors.filter((error) => !/^(update|preview) failed$/.test(error))),
  ];
  assert.equal(causes.length, 1, `one clear error, got ${JSON.stringify(causes)}`);
  assert.match(causes[0] ?? "", pattern);
  assert.ok(
    result.durationMs < ONE_ERROR_WITHIN_MS,
    `the error came after ${result.durationMs} ms`,
  );
}

/** A kubeconfig whose server nobody listens on. */
function deadKubeconfig(): string {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), "causeway-kubeconfig-")), "kubeconfig");
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "dead",
      clusters: [{ name: "dead", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "dead", user: { token: "none" } }],
      contexts: [{ name: "dead", context: { cluster: "dead", user: "dead" } }],
    }),
  );
  return file;
}

function wrongAddresses({ project, cluster }: SharedStack): Test[] {
  return [
    {
      title: "a kubeconfig that does not exist gives one clear error within 30 s",
      run: async () =>
        expectOneError(
          await project.up({
            unjudged: true,
            kubeconfig: path.join(os.tmpdir(), "causeway-no-such-kubeconfig"),
          }),
          /kubeconfig/,
        ),
    },
    {
      title: "an unreachable server gives one clear error within 30 s",
      run: async () =>
        expectOneError(
          await project.up({ unjudged: true, kubeconfig: deadKubeconfig() }),
          /127\.0\.0\.1:1.*cannot be reached/s,
        ),
    },
    {
      title: "credentials that the server refuses give one clear error within 30 s",
      skip: cluster.faults === undefined ? "needs the test control plane" : undefined,
      run: async () => {
        const file = path.join(
          mkdtempSync(path.join(os.tmpdir(), "causeway-kubeconfig-")),
          "kubeconfig",
        );
        writeFileSync(
          file,
          (await readFile(cluster.kubeconfig, "utf8")).replace(
            /"token": "[^"]*"/,
            '"token": "wrong"',
          ),
        );
        expectOneError(await project.up({ unjudged: true, kubeconfig: file }), /Unauthorized/);
      },
    },
  ];
}

/** Mistakes of whoever types the command; nothing gets as far as a server. */
export function addressSuite(stack: SharedStack): Promise<Suite> {
  return Promise.resolve({ name: "addresses", tests: wrongAddresses(stack) });
}

/** Things that go wrong on a real day. */
export async function faultSuite(stack: SharedStack): Promise<Suite> {
  const definitions = await stack.definitions();
  return {
    name: "faults",
    tests: [serverDeath(stack, definitions), engineDeath(stack), programDeath(stack)],
  };
}
