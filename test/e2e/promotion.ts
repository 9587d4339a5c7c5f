import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { fixtureProject, modelsFolder } from "../harness/fixtures";
import { namespaces, accounts } from "../../infra/kubernetes/labels";
import { loadRelease } from "../../services/evidence/load";
import { openLedger } from "../../services/delivery/ledger-location";
import { connect } from "../../services/delivery/connection";
import { KubernetesClient } from "../harness/lib/kubernetes/client";
import { run, type RunResult } from "../harness/lib/process";
import { errorMessage } from "../harness/lib/text";
import { REPOSITORY } from "../harness/project";
import type { Json, JsonObject } from "../harness/lib/json";
import type { Test } from "../harness/runner";
import { eventually } from "./expectations";
import { at } from "./planned";
import type { SharedStack } from "./stack";

const model = "loan-approval";
const inModels = `/apis/argoproj.io/v1alpha1/namespaces/${namespaces.models}/rollouts`;
const rolloutPath = `${inModels}/${model}`;
const digest = `sha256:${"e".repeat(64)}`;
const release = {
  ...loadRelease(modelsFolder, model),
  version: "9.0.0",
  published: true,
  image: { repository: "registry.example.com/loan-approval", digest },
};
const workflow = "loan-approval-retraining-e2e";

/** Every field of the Rollout that a promotion changes, and no other. */
const releaseFields = [
  'metadata.labels["causeway.dev/release"]',
  'spec.template.metadata.annotations["causeway.dev/release"]',
  'spec.template.metadata.labels["app.kubernetes.io/version"]',
  'spec.template.metadata.labels["causeway.dev/release"]',
  "spec.template.spec.containers[0].image",
];

/** All fields of an object by their path, without those that the API server itself counts up. */
function fields(value: unknown, name = ""): Map<string, string> {
  if (/^(status|metadata\.(managedFields|resourceVersion|generation))$/.test(name))
    return new Map();
  if (typeof value !== "object" || value === null) return new Map([[name, JSON.stringify(value)]]);
  const inner = Array.isArray(value)
    ? value.map((each, i): [string, unknown] => [`${name}[${i}]`, each])
    : Object.entries(value).map(([key, each]): [string, unknown] => [
        /^\w+$/.test(key)
          ? name === ""
            ? key
            : `${name}.${key}`
          : `${name}[${JSON.stringify(key)}]`,
        each,
      ]);
  return new Map(inner.flatMap(([key, each]) => [...fields(each, key)]));
}

function changedFields(before: JsonObject, after: JsonObject): string[] {
  const [old, now] = [fields(before), fields(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name))
    .sort();
}

/** The promoter's own file, compiled by the very command of its image. */
async function compiled(folder: string): Promise<string> {
  const [, script = ""] =
    /^RUN node (\S+) \/app$/m.exec(
      await readFile(path.join(REPOSITORY, "services", "delivery", "Dockerfile"), "utf8"),
    ) ?? [];
  const { code, stderr } = await run("node", [script, folder], { cwd: REPOSITORY });
  assert.equal(code, 0, stderr);
  return path.join(folder, "promote.js");
}

/**
 * A kubeconfig of the same cluster with the token of the promoter's service account, as its pods
 * have it.
 */
async function promoterKubeconfig(
  { cluster, client }: SharedStack,
  folder: string,
): Promise<{ readonly file: string; readonly client: KubernetesClient }> {
  const request = await client.call(
    "POST",
    `/api/v1/namespaces/${namespaces.training}/serviceaccounts/${accounts.promoter}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 600 },
    },
  );
  const token = String(at(request, "status", "token"));
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  const current = config.getCurrentCluster();
  assert.ok(current, "the kubeconfig names a cluster");
  config.loadFromOptions({
    clusters: [current],
    users: [{ name: "promoter", token }],
    contexts: [{ name: "home", cluster: current.name, user: "promoter" }],
    currentContext: "home",
  });
  const file = path.join(folder, "kubeconfig");
  await writeFile(file, config.exportConfig());
  return { file, client: new KubernetesClient(await connect({ kubeconfig: file })) };
}

/** The controller's word that a trial ended well, once it sees the new image. */
async function controllerPromotes({ client, cluster }: SharedStack): Promise<void> {
  let rollout: JsonObject = {};
  await eventually(
    "the patch of the promoter",
    async () => {
      rollout = await client.call("GET", rolloutPath);
      return String(at(rollout, "spec", "template", "spec", "containers", 0, "image")).endsWith(
        `@${digest}`,
      );
    },
    30_000,
  );
  const status = {
    observedGeneration: String(at(rollout, "metadata", "generation")),
    phase: "Healthy",
    stableRS: "e2e",
    currentPodHash: "e2e",
  };
  await (
    await controllerOf(cluster)
  ).call(
    "PATCH",
    `${rolloutPath}/status?fieldManager=rollouts-controller`,
    { status },
    "application/merge-patch+json",
  );
}

/** Whom admission lets write a verdict. */
async function controllerOf({ kubeconfig }: SharedStack["cluster"]): Promise<KubernetesClient> {
  return new KubernetesClient(
    await connect({
      kubeconfig,
      impersonate: {
        user: `system:serviceaccount:${namespaces.rollouts}:argo-rollouts`,
        groups: ["system:masters"],
      },
    }),
  );
}

interface Attempt {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: Json;
  readonly contentType?: string;
}

const change = (op: "replace" | "add" | "remove", where: string, value?: Json): Attempt => ({
  method: "PATCH",
  path: `${rolloutPath}?dryRun=All`,
  body: [{ op, path: where, ...(value !== undefined && { value }) }],
  contentType: "application/json-patch+json",
});
const container = "/spec/template/spec/containers/0";

/** What whoever took over the promoter would like to do; each a dry run. */
const forbidden: Readonly<Record<string, Attempt>> = {
  "bring an image of another repository": change(
    "replace",
    `${container}/image`,
    `registry.example.com/other@${digest}`,
  ),
  "bring an image by tag": change(
    "replace",
    `${container}/image`,
    "registry.example.com/loan-approval:latest",
  ),
  "change a command": change("add", `${container}/command`, ["sh"]),
  "add a container": change("add", "/spec/template/spec/containers/-", {
    name: "more",
    image: `registry.example.com/more@${digest}`,
  }),
  "change the account of the pods": change(
    "replace",
    "/spec/template/spec/serviceAccountName",
    "default",
  ),
  "change the contract that pods carry": change(
    "replace",
    "/spec/template/metadata/annotations/causeway.dev~1contract",
    "{}",
  ),
  "take a risk tier away": change("replace", "/metadata/labels/causeway.dev~1risk-tier", "minimal"),
  "take the mesh's proxy away": change(
    "add",
    "/spec/template/metadata/labels/sidecar.istio.io~1inject",
    "false",
  ),
  "take a release at once to all requests": change("add", "/spec/strategy/canary/steps/0", {
    setWeight: 100,
  }),
  "pause a Rollout": change("add", "/spec/paused", true),
  "keep a Rollout from being removed": change("add", "/metadata/finalizers", ["example.com/keep"]),
  "resume a paused release": {
    method: "PATCH",
    path: `${rolloutPath}/status?dryRun=All`,
    body: { status: { pauseConditions: null } },
    contentType: "application/merge-patch+json",
  },
  "remove a Rollout": { method: "DELETE", path: `${rolloutPath}?dryRun=All` },
  "list Rollouts": { method: "GET", path: inModels },
  "read another Rollout": { method: "GET", path: `${inModels}/another` },
  "read secrets": { method: "GET", path: `/api/v1/namespaces/${namespaces.models}/secrets` },
  "change routes": {
    method: "PATCH",
    path: `/apis/networking.istio.io/v1/namespaces/${namespaces.models}/virtualservices/${model}?dryRun=All`,
    body: { spec: { http: [] } },
    contentType: "application/merge-patch+json",
  },
  "start a workflow": {
    method: "POST",
    path: `/apis/argoproj.io/v1alpha1/namespaces/${namespaces.training}/workflows?dryRun=All`,
    body: {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: { generateName: "e2e-" },
      spec: {},
    },
  },
};

/**
 * The promoter against the real API server: as its container would, by the compiled file and the
 * token of its own account.
 */
export function promotionTests(stack: SharedStack): Test[] {
  const skip =
    stack.cluster.faults === undefined
      ? "a cluster of one's own would start an image that does not exist"
      : undefined;
  let folder = "";
  let file = "";
  let promoter: { readonly file: string; readonly client: KubernetesClient } | undefined;
  let before: JsonObject = {};

  const promote = async (): Promise<RunResult> => {
    assert.ok(promoter, "the promoter has a token");
    const args = [
      `--contract=services/models/${model}/model.yaml`,
      `--manifest=${JSON.stringify(release)}`,
      "--region=local",
      `--ledger=${path.join(folder, "ledger")}`,
      `--run=${workflow}`,
      "--timeout-seconds=60",
      "--poll-seconds=1",
    ];
    return run(process.execPath, [file, ...args], {
      cwd: fixtureProject,
      env: { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: promoter.file },
      timeoutMs: 60_000,
    });
  };

  const tests: Test[] = [
    {
      title: "the promoter refuses a release that nobody approved, and touches nothing",
      run: async () => {
        folder = await mkdtemp(
          path.join(os.tmpdir(), `causeway-promotion-${randomBytes(3).toString("hex")}-`),
        );
        [file, promoter, before] = await Promise.all([
          compiled(folder),
          promoterKubeconfig(stack, folder),
          stack.client.call("GET", rolloutPath),
        ]);
        const { code, stderr } = await promote();
        assert.equal(code, 2, stderr);
        assert.match(
          stderr,
          /approvals: got "sha256:e+", allowed: an image whose approval is recorded/,
        );
        assert.equal(
          at(await stack.client.call("GET", rolloutPath), "metadata", "resourceVersion"),
          at(before, "metadata", "resourceVersion"),
        );
      },
    },
    {
      title:
        "approved, it patches exactly the release's fields, waits for the verdict and puts it on record",
      run: async () => {
        const ledger = await openLedger(path.join(folder, "ledger"));
        for (const [actor, role] of [
          ["a@example.com", "model-risk"],
          ["b@example.com", "ethics-board"],
        ] as const)
          await ledger.record({
            actor,
            action: "approve",
            subject: model,
            details: { digest, role, reason: "reviewed" },
          });
        const [{ code, stdout, stderr }] = await Promise.all([
          promote(),
          controllerPromotes(stack),
        ]);
        assert.equal(code, 0, `${stdout}${stderr}`);
        const after = await stack.client.call("GET", rolloutPath);
        assert.deepEqual(changedFields(before, after), releaseFields);
        assert.equal(
          at(after, "spec", "template", "metadata", "labels", "causeway.dev/release"),
          release.version,
        );
        const last = (await (await openLedger(path.join(folder, "ledger"))).entries()).at(-1);
        assert.deepEqual(
          [last?.actor, last?.action, last?.subject],
          [accounts.promoter, "promote", model],
        );
        assert.deepEqual(
          ["region", "outcome", "digest", "version", "run"].map((key) => last?.details[key]),
          ["local", "promoted", digest, release.version, workflow],
        );
      },
    },
    {
      title: "run again, it finds the release in place and patches nothing",
      run: async () => {
        const version = at(
          await stack.client.call("GET", rolloutPath),
          "metadata",
          "resourceVersion",
        );
        const { code, stdout, stderr } = await promote();
        assert.equal(code, 0, `${stdout}${stderr}`);
        assert.equal(
          at(await stack.client.call("GET", rolloutPath), "metadata", "resourceVersion"),
          version,
        );
      },
    },
    {
      title: `its account may do nothing else (${Object.keys(forbidden).length} attempts)`,
      run: async () => {
        const asked = await Promise.all(
          Object.entries(forbidden).map(
            async ([what, { method, path: url, body, contentType }]) =>
              [
                what,
                await promoter?.client
                  .call(method, url, body, contentType)
                  .then(() => "done", errorMessage),
              ] as const,
          ),
        );
        assert.deepEqual(
          asked.filter(
            ([, answer = ""]) =>
              !/is forbidden: User "system:serviceaccount:|the promoter must not/.test(answer),
          ),
          [],
        );
        assert.ok(
          asked.some(([, answer = ""]) => answer.includes("the promoter must not")),
          "admission has its say",
        );
      },
    },
    {
      title: "the Rollout is put back",
      run: async () => {
        const now = await stack.client.call("GET", rolloutPath);
        const restored = {
          metadata: { labels: at(before, "metadata", "labels") },
          spec: { template: at(before, "spec", "template") },
        } as JsonObject;
        await stack.client.call(
          "PATCH",
          `${rolloutPath}?fieldManager=e2e`,
          restored,
          "application/merge-patch+json",
        );
        await (
          await controllerOf(stack.cluster)
        ).call(
          "PATCH",
          `${rolloutPath}/status?fieldManager=rollouts-controller`,
          [
            {
              op: "status" in now ? "replace" : "add",
              path: "/status",
              value: before["status"] ?? {},
            },
          ],
          "application/json-patch+json",
        );
        assert.deepEqual(changedFields(before, await stack.client.call("GET", rolloutPath)), []);
        await rm(folder, { recursive: true, force: true });
      },
    },
  ];
  return tests.map((test) => ({ ...test, ...(skip !== undefined && { skip }) }));
}
