import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { documents } from "../../../services/evidence/rollout";
import { servedRelease } from "../../../services/evidence/release";
import { clusterOf, type Cluster } from "../../../cli/delivery/cluster";
import type { Send } from "../../../services/delivery/connection";
import { digestOf, release } from "../../infra/serving/fixture";

interface Stored {
  metadata: { resourceVersion: string; generation: number } & Record<string, unknown>;
  [key: string]: unknown;
}

/**
 * The few objects of one region, served over HTTP as an API server does: merge patches, the status
 * apart, and conflicts.
 */
export interface Api {
  readonly cluster: Cluster;
  readonly send: Send;
  readonly rollout: Stored & { spec: Record<string, unknown>; status: Record<string, unknown> };
  readonly routes: Stored & { spec: { http: { name?: string }[] } };
  readonly analysisRuns: object[];
  readonly replicaSets: object[];
  /** Approvals that were taken into the cluster. */
  readonly configMaps: object[];
  /** Each change that was asked for: method, path, body. */
  readonly writes: [string, string, unknown][];
  /** Runs before each patch is applied, such as another writer. */
  meanwhile: () => void;
  /** Path that answers 403. */
  forbidden: string;
  stop(): Promise<void>;
}

const namespace = "causeway-models";
const rolloutPath = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts/loan-approval`;
const routesPath = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices/loan-approval`;
export const image = (digit: string) =>
  `444455556666.dkr.ecr.eu-west-1.amazonaws.com/loan-approval@${digestOf(digit)}`;

const template = (digit: string) => ({
  metadata: {
    annotations: {
      [documents.release.annotation]: JSON.stringify(
        servedRelease({ ...release, image: { ...release.image, digest: digestOf(digit) } }),
      ),
    },
  },
  spec: { containers: [{ name: "server", image: image(digit) }] },
});
const steps = [
  { setWeight: 10 },
  { pause: { duration: "600s" } },
  { analysis: { templates: [{ templateName: "loan-approval-proof" }] } },
  { pause: {} },
  { setWeight: 100 },
];

/** What a status becomes at the gate. */
export const waiting = {
  phase: "Paused",
  message: "CanaryPauseStep",
  currentStepIndex: 3,
  controllerPause: true,
  pauseConditions: [{ reason: "CanaryPauseStep", startTime: "2026-11-24T10:15:00Z" }],
};

/** A region whose Rollout has a version of the digit b on trial against one of the digit a. */
export async function api(): Promise<Api> {
  const found: Omit<Api, "cluster" | "send" | "stop"> = {
    rollout: {
      metadata: {
        name: "loan-approval",
        generation: 4,
        resourceVersion: "100",
        annotations: { "rollout.argoproj.io/revision": "2", "causeway.dev/region": "eu-west-1" },
      },
      spec: { template: template("b"), strategy: { canary: { steps } } },
      status: {
        observedGeneration: "4",
        phase: "Progressing",
        message: "more replicas need to be updated",
        stableRS: "aaaa",
        currentPodHash: "bbbb",
        currentStepIndex: 1,
        conditions: [],
      },
    },
    routes: {
      metadata: { name: "loan-approval", generation: 1, resourceVersion: "7", annotations: {} },
      spec: {
        http: [
          {
            name: "primary",
            timeout: "1000ms",
            retries: { attempts: 2 },
            route: [{ weight: 90 }, { weight: 10 }],
          } as { name: string },
        ],
      },
    },
    analysisRuns: [analysisRun("watch", "2", "Running")],
    replicaSets: [
      replicaSet("aaaa", "a", "2026-11-01T08:00:00Z"),
      replicaSet("bbbb", "b", "2026-11-24T10:00:00Z"),
    ],
    configMaps: [],
    writes: [],
    meanwhile: () => undefined,
    forbidden: "",
  };
  const server = createServer(
    (request, response) =>
      void answer(found, request).then(({ code, body }) =>
        response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body)),
      ),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const send: Send = async ({ method, path, body, contentType = "application/json" }) => {
    const response = await fetch(address + path, {
      method,
      ...(body !== undefined && { body, headers: { "content-type": contentType } }),
    });
    return { status: response.status, text: await response.text() };
  };
  return Object.assign(found, {
    cluster: clusterOf(send),
    send,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

type Answer = { readonly code: number; readonly body: unknown };

async function answer(
  found: Omit<Api, "cluster" | "send" | "stop">,
  request: IncomingMessage,
): Promise<Answer> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const text = await new Promise<string>((resolve) => {
    let all = "";
    request.on("data", (chunk: Buffer) => (all += chunk.toString())).on("end", () => resolve(all));
  });
  const path = url.pathname;
  if (found.forbidden !== "" && path.startsWith(found.forbidden))
    return failure(403, `forbidden: ${path}`);
  if (request.method === "PATCH")
    return patched(found, path, JSON.parse(text), request.headers["content-type"]);
  if (path === "/apis/authentication.k8s.io/v1/selfsubjectreviews")
    return {
      code: 201,
      body: {
        apiVersion: "authentication.k8s.io/v1",
        kind: "SelfSubjectReview",
        status: {
          userInfo: { username: "risk-officer@example.com", groups: ["causeway:pipelines"] },
        },
      },
    };
  if (path === `/api/v1/namespaces/${namespace}/configmaps`) {
    if (request.method === "POST") found.configMaps.push(JSON.parse(text) as object);
    return { code: 200, body: { items: found.configMaps } };
  }
  if (path === rolloutPath) return { code: 200, body: found.rollout };
  if (path === routesPath) return { code: 200, body: found.routes };
  if (path === `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/analysisruns`)
    return {
      code: 200,
      body: {
        items:
          url.searchParams.get("labelSelector") ===
          `rollouts-pod-template-hash=${String(found.rollout.status["currentPodHash"])}`
            ? found.analysisRuns
            : [],
      },
    };
  if (path === `/apis/apps/v1/namespaces/${namespace}/replicasets`)
    return { code: 200, body: { items: found.replicaSets } };
  return failure(404, `${path} not found`);
}

/**
 * RFC 7386 on the part that the path may change; another resourceVersion than the stored one is a
 * conflict.
 */
function patched(
  found: Omit<Api, "cluster" | "send" | "stop">,
  path: string,
  patch: Record<string, unknown>,
  type: string | undefined,
): Answer {
  if (type !== "application/merge-patch+json")
    return failure(415, `unsupported media type ${type}`);
  found.meanwhile();
  found.writes.push(["PATCH", path, patch]);
  const target: Stored | undefined =
    path === routesPath ? found.routes : path.startsWith(rolloutPath) ? found.rollout : undefined;
  if (target === undefined) return failure(404, `${path} not found`);
  const { resourceVersion, ...metadata } = (patch["metadata"] ?? {}) as {
    resourceVersion?: string;
  };
  if (resourceVersion !== undefined && resourceVersion !== target.metadata.resourceVersion)
    return failure(409, "the object has been modified");
  const status = path.endsWith("/status");
  merge(
    target,
    status
      ? { status: patch["status"] }
      : { ...(patch["spec"] !== undefined && { spec: patch["spec"] }), metadata },
  );
  target.metadata.resourceVersion = String(Number(target.metadata.resourceVersion) + 1);
  return { code: 200, body: target };
}

function merge(target: Record<string, unknown>, patch: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(patch)) {
    const own = target[key];
    if (value === null) delete target[key];
    else if (isObject(value) && isObject(own)) merge(own, value);
    else target[key] = value;
  }
}
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function failure(code: number, message: string): Answer {
  return { code, body: { kind: "Status", apiVersion: "v1", status: "Failure", message, code } };
}

/** An analysis as Argo Rollouts 1.8 writes it. */
export function analysisRun(name: string, revision: string, phase: string, metrics: object[] = []) {
  return {
    metadata: {
      name: `loan-approval-bbbb-${revision}-${name}`,
      creationTimestamp: name === "watch" ? "2026-11-24T10:00:30Z" : "2026-11-24T10:10:30Z",
      annotations: { "rollout.argoproj.io/revision": revision },
      ownerReferences: [{ kind: "Rollout", name: "loan-approval" }],
    },
    status: { phase, metricResults: metrics },
  };
}

function replicaSet(hash: string, digit: string, creationTimestamp: string) {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `loan-approval-${hash}`,
      creationTimestamp,
      labels: { "rollouts-pod-template-hash": hash },
    },
    spec: { selector: {}, template: template(digit) },
  };
}

/** A metric's result with its last look. */
export function metricResult(name: string, phase: string, value: string, counts: object) {
  return {
    name,
    phase,
    ...counts,
    measurements: [
      { phase: "Successful", value: "[0]" },
      { phase, value },
    ],
    metadata: { ResolvedPrometheusQuery: `gate{name="${name}"}` },
  };
}
