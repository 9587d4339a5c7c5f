import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { namespaces } from "../../infra/kubernetes/labels";
import { connect } from "../../services/delivery/connection";
import { run } from "../harness/lib/process";
import { REPOSITORY } from "../harness/project";
import { KubernetesClient } from "../harness/lib/kubernetes/client";
import type { Json, JsonObject } from "../harness/lib/json";
import { eventually } from "./expectations";
import { at } from "./planned";
import type { SharedStack } from "./stack";

export const model = "loan-approval";
const inModels = `/apis/argoproj.io/v1alpha1/namespaces/${namespaces.models}/rollouts`;
export const rolloutPath = `${inModels}/${model}`;
export const digest = `sha256:${"e".repeat(64)}`;

/** A kubeconfig of the same cluster with the token of a service account, as its pods have it. */
export async function accountKubeconfig(
  { cluster, client }: SharedStack,
  folder: string,
  account: string,
): Promise<{ readonly file: string; readonly client: KubernetesClient }> {
  const request = await client.call(
    "POST",
    `/api/v1/namespaces/${namespaces.training}/serviceaccounts/${account}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 3_600 },
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
    users: [{ name: account, token }],
    contexts: [{ name: "home", cluster: current.name, user: account }],
    currentContext: "home",
  });
  const file = path.join(folder, `${account}.kubeconfig`);
  await writeFile(file, config.exportConfig());
  return { file, client: new KubernetesClient(await connect({ kubeconfig: file })) };
}

/** The controller's word that a trial ended well, once it sees the new image. */
export async function controllerPromotes({ client, cluster }: SharedStack): Promise<void> {
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
export async function controllerOf({
  kubeconfig,
}: SharedStack["cluster"]): Promise<KubernetesClient> {
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
export const forbidden: Readonly<Record<string, Attempt>> = {
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
  "let a release go on after its deadline": change("add", "/spec/progressDeadlineAbort", false),
  "take the deadline of a release away": change("remove", "/spec/progressDeadlineSeconds"),
  "say more of a Rollout": change("add", "/metadata/annotations/example.com~1more", "x"),
  "hand a Rollout to an owner": change("add", "/metadata/ownerReferences", [
    { apiVersion: "v1", kind: "Namespace", name: namespaces.models, uid: "e2e" },
  ]),
  "take the owner of a model away": change("remove", "/metadata/labels/causeway.dev~1owner"),
  "take away the contract that pods carry": change(
    "remove",
    "/spec/template/metadata/annotations/causeway.dev~1contract",
  ),
  "take a label of the pods away": change(
    "remove",
    "/spec/template/metadata/labels/app.kubernetes.io~1part-of",
  ),
  "take the security context of the pods away": change(
    "remove",
    "/spec/template/spec/securityContext",
  ),
  "take the security context of the server away": change("remove", `${container}/securityContext`),
  "weaken the security context of the server": change("replace", `${container}/securityContext`, {
    runAsUser: 0,
  }),
  "bring an image by a part of its digest": change(
    "replace",
    `${container}/image`,
    `causeway.local/${model}@sha256:eee`,
  ),
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

/** A program of the image of the promoter, compiled by the image's own command. */
export async function compiled(folder: string, program: "promote" | "resume"): Promise<string> {
  const [, script = ""] =
    /^RUN node (\S+) \/app$/m.exec(
      await readFile(path.join(REPOSITORY, "services", "delivery", "Dockerfile"), "utf8"),
    ) ?? [];
  const { code, stderr } = await run("node", [script, folder], { cwd: REPOSITORY });
  assert.equal(code, 0, stderr);
  return path.join(folder, `${program}.js`);
}
