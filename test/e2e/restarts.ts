import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { releaseMoment } from "../../infra/serving/release-wait";
import { freePort } from "../harness/cluster/controlPlane";
import { startDaemon, type Daemon } from "../harness/lib/process";
import { ensureTool } from "../harness/toolchain/ensure";
import { TOOLS } from "../harness/toolchain/pins";
import type { JsonObject } from "../harness/lib/json";
import type { Suite, Test } from "../harness/runner";
import { eventually } from "./expectations";
import { at } from "./planned";
import type { SharedStack } from "./stack";

const namespace = "causeway-e2e-restarts";
const rollouts = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts`;

/** A Rollout as an update waits for it, without pods: nothing here could start them. */
function rolloutOf(version: string): JsonObject {
  const template = {
    metadata: { labels: { app: "waited-for", version } },
    spec: {
      containers: [{ name: "server", image: `registry.example.com/a@sha256:${"0".repeat(64)}` }],
    },
  };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name: "waited-for", namespace },
    spec: {
      replicas: 0,
      restartAt: releaseMoment(template),
      selector: { matchLabels: { app: "waited-for" } },
      strategy: { canary: {} },
      template,
    },
  };
}

/** The real controller, for one namespace alone: the stacks of this cluster are not its own. */
async function startController({ cluster }: SharedStack, folder: string): Promise<Daemon> {
  const [program, metrics, health] = [
    await ensureTool(TOOLS["rollouts-controller"]),
    await freePort(),
    await freePort(),
  ];
  return startDaemon(
    "rollouts-controller",
    program,
    [
      `--kubeconfig=${cluster.kubeconfig}`,
      "--namespaced",
      `--namespace=${namespace}`,
      "--leader-elect=false",
      // A Rollout without pods has no later event than what the controller wrote itself, which it
      // may put into its cache before its watch has begun; then it looks again at its resync only.
      "--rollout-resync=5",
      `--metricsport=${metrics}`,
      `--healthzPort=${health}`,
    ],
    path.join(folder, "log"),
  );
}

/** What `pulumi up` relies on when it waits for a release: see `releaseMoment`. */
function tests(stack: SharedStack): Test[] {
  const { client } = stack;
  const read = () => client.call("GET", `${rollouts}/waited-for`);
  let folder = "";
  let controller: Daemon | undefined;

  const follows = async (version: string): Promise<void> => {
    const { spec } = rolloutOf(version);
    let now: JsonObject = {};
    await eventually(
      `status.restartedAt of version ${version}`,
      async () => at((now = await read()), "status", "restartedAt") === at(spec, "restartAt"),
      30_000,
    ).catch(async (error: unknown) => {
      assert.fail(
        `${String(error)}: ${JSON.stringify(now["status"])}\n${(await readFile(path.join(folder, "log"), "utf8")).slice(-2000)}`,
      );
    });
    assert.equal(at(now, "status", "phase"), "Healthy");
    assert.equal(
      at(now, "status", "observedGeneration"),
      String(at(now, "metadata", "generation")),
    );
  };

  return [
    {
      title:
        "the controller puts the moment of a first version into the status once it has seen it",
      run: async () => {
        folder = await mkdtemp(path.join(os.tmpdir(), "causeway-restarts-"));
        await client.call("POST", "/api/v1/namespaces", {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name: namespace },
        });
        await client.call("POST", rollouts, rolloutOf("1"));
        assert.equal(at(await read(), "status", "restartedAt"), undefined);
        controller = await startController(stack, folder);
        await follows("1");
      },
    },
    {
      title: "and that of each next version, also where it is an earlier one",
      run: async () => {
        const moments = ["1", "2", "3", "4", "5"].map((version) =>
          String(at(rolloutOf(version), "spec", "restartAt")),
        );
        assert.ok(
          moments.some((moment, i) => i > 0 && moment < String(moments[i - 1])) &&
            moments.some((moment, i) => i > 0 && moment > String(moments[i - 1])),
          moments.join(", "),
        );
        for (const version of ["2", "3", "4", "5"]) {
          const { spec } = rolloutOf(version);
          await client.call(
            "PATCH",
            `${rollouts}/waited-for?fieldManager=e2e`,
            { spec } as JsonObject,
            "application/merge-patch+json",
          );
          await follows(version);
        }
      },
    },
    {
      title: "nothing of it is left behind",
      run: async () => {
        await controller?.stop();
        await client.call("DELETE", `${rollouts}/waited-for`);
        await client.call("DELETE", `/api/v1/namespaces/${namespace}`);
        await rm(folder, { recursive: true, force: true });
      },
    },
  ];
}

/** The real controller of Argo Rollouts and the field that an update waits for. */
export async function restartSuite(stack: SharedStack): Promise<Suite> {
  await stack.definitions();
  return { name: "restarts", tests: tests(stack) };
}
