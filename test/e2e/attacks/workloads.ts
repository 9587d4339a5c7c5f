import assert from "node:assert/strict";
import { groups, namespaces } from "../../../infra/kubernetes/labels";
import type { JsonObject } from "../../harness/lib/json";
import type { Test } from "../../harness/runner";
import { RESTRICTED_POD as pod } from "../admission";
import { as, patch, refusal, type Request, type Stage } from "../duty-requests";
import { attemptTests } from "./attack";

const name = "e2e-attacked";
const labels = { app: name };
const image = `registry.example/a@sha256:${"0".repeat(64)}`;
const other = image.replaceAll("0", "1");
const template = {
  metadata: { labels, annotations: { "example.com/kept": "true" } },
  spec: pod,
};
const core = `/api/v1/namespaces/${namespaces.models}`;
const apps = `/apis/apps/v1/namespaces/${namespaces.models}`;
const batch = `/apis/batch/v1/namespaces/${namespaces.models}`;
const object = (apiVersion: string, kind: string, spec: JsonObject): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: namespaces.models, labels },
  spec,
});

/** One of each kind that somebody may restart, scale or hold; none has a pod. */
const workloads: Readonly<Record<string, JsonObject>> = {
  [`${apps}/deployments`]: object("apps/v1", "Deployment", {
    replicas: 0,
    selector: { matchLabels: labels },
    template,
  }),
  [`${apps}/statefulsets`]: object("apps/v1", "StatefulSet", {
    replicas: 0,
    serviceName: name,
    selector: { matchLabels: labels },
    template,
  }),
  [`${apps}/daemonsets`]: object("apps/v1", "DaemonSet", {
    selector: { matchLabels: labels },
    template,
  }),
  [`${batch}/cronjobs`]: object("batch/v1", "CronJob", {
    schedule: "0 0 1 1 *",
    suspend: true,
    jobTemplate: { spec: { template: { ...template, spec: { ...pod, restartPolicy: "Never" } } } },
  }),
  [`${batch}/jobs`]: object("batch/v1", "Job", {
    parallelism: 0,
    activeDeadlineSeconds: 600,
    template: { spec: { ...pod, restartPolicy: "Never" } },
  }),
  [`${core}/pods`]: { ...object("v1", "Pod", pod) },
  [`${core}/configmaps`]: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: namespaces.models, labels },
    data: { a: "b" },
  },
};

const annotated = (annotations: JsonObject): JsonObject => ({
  spec: { template: { metadata: { annotations } } },
});
const proxy = { "sidecar.istio.io/proxyImage": "registry.example/foreign@sha256:0" };
const kinds = ["deployments", "statefulsets", "daemonsets"] as const;

const changes: Readonly<Record<string, Request>> = {
  ...Object.fromEntries(
    kinds.flatMap((kind) => {
      const path = `${apps}/${kind}/${name}`;
      return [
        [`bring another proxy into ${kind}`, patch(path, annotated(proxy))],
        [
          `bring a volume into the proxy of ${kind}`,
          patch(path, annotated({ "sidecar.istio.io/userVolume": '{"a":{"hostPath":{}}}' })),
        ],
        [
          `take the proxy away from ${kind}`,
          patch(path, {
            spec: { template: { metadata: { labels: { "sidecar.istio.io/inject": "false" } } } },
          }),
        ],
        [
          `bring another image into ${kind}`,
          patch(path, {
            spec: { template: { spec: { containers: [{ ...pod.containers[0], image: other }] } } },
          }),
        ],
        [
          `change what pods of ${kind} say of themselves`,
          patch(path, annotated({ "example.com/kept": "false" })),
        ],
        [
          `take away what pods of ${kind} say of themselves`,
          patch(path, annotated({ "example.com/kept": null })),
        ],
      ];
    }),
  ),
  "bring another proxy into cronjobs": patch(`${batch}/cronjobs/${name}`, {
    spec: { jobTemplate: { spec: { template: { metadata: { annotations: proxy } } } } },
  }),
  "move the schedule of cronjobs": patch(`${batch}/cronjobs/${name}`, {
    spec: { schedule: "* * * * *" },
  }),
  "change how deployments are replaced": patch(`${apps}/deployments/${name}`, {
    spec: { strategy: { type: "Recreate", rollingUpdate: null } },
  }),
  "hold the timer of an elevation": patch(`${batch}/jobs/${name}`, { spec: { suspend: true } }),
  "change the image of a pod": patch(`${core}/pods/${name}`, {
    spec: { containers: [{ ...pod.containers[0], image: other }] },
  }),
  "change a ConfigMap": patch(`${core}/configmaps/${name}`, { data: { a: "c" } }),
};

const repairs: Readonly<Record<string, Request>> = {
  ...Object.fromEntries(
    kinds.map((kind) => [
      `restart ${kind}`,
      patch(
        `${apps}/${kind}/${name}`,
        annotated({ "kubectl.kubernetes.io/restartedAt": "2026-11-24T03:00:00Z" }),
      ),
    ]),
  ),
  "scale deployments": patch(`${apps}/deployments/${name}`, { spec: { replicas: 1 } }),
};

/** What runs, attacked by whoever may repair it. */
export function workloadAttacks(stage: Stage): Test[] {
  return [
    {
      title: "there is one workload of each kind",
      run: async () => {
        for (const [path, body] of Object.entries(workloads))
          await stage.client.call("POST", path, body);
      },
    },
    ...attemptTests(stage, {
      by: "breakGlass",
      refused: changes,
      admitted: {
        ...repairs,
        "hold cronjobs": patch(`${batch}/cronjobs/${name}`, { spec: { suspend: false } }),
      },
    }),
    ...attemptTests(stage, { by: "platformAdmins", refused: changes, admitted: repairs }),
    {
      title: "admission refuses an eraser whom RBAC would let create a workload",
      run: async () => {
        const administrator = await as(stage, "e2e-eraser", [groups.erasers, "system:masters"]);
        for (const path of [...kinds.map((kind) => `${apps}/${kind}`), `${batch}/cronjobs`]) {
          const { metadata, ...body } = workloads[path] ?? assert.fail(path);
          assert.match(
            (await refusal(administrator, {
              method: "POST",
              path,
              body: { ...body, metadata: { ...(metadata as JsonObject), name: `${name}-more` } },
            })) ?? "admitted",
            /denied request: a person must not create a workload/,
          );
        }
      },
    },
  ];
}

/** Removes the workloads that were attacked. */
export async function removeWorkloads({ client }: Stage): Promise<void> {
  for (const path of Object.keys(workloads)) await client.call("DELETE", `${path}/${name}`);
}
