import assert from "node:assert/strict";
import { groups, namespaces } from "../../infra/kubernetes/labels";
import { controllers } from "../../infra/platform/admission-cel";
import type { JsonObject } from "../harness/lib/json";
import type { KubernetesClient } from "../harness/lib/kubernetes/client";
import type { Test } from "../harness/runner";
import { RESTRICTED_POD } from "./admission";
import { forward } from "./attacks/pages";
import { toCanary } from "./attacks/releases";
import { running } from "./attacks/running-workflows";
import {
  as,
  binding,
  inModels,
  inTraining,
  patch,
  refusal,
  routes,
  type Request,
  type Stage,
} from "./duty-requests";
import { at } from "./planned";

const administrators = "system:masters";
const name = "e2e-exempt";
const elsewhere = {
  routes: `/apis/networking.istio.io/v1/namespaces/${namespaces.gateway}/virtualservices`,
  pods: "/api/v1/namespaces/default/pods",
} as const;

const configMap = (namespace: string): Request => ({
  method: "POST",
  path: `/api/v1/namespaces/${namespace}/configmaps`,
  body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "b" } },
});

/** What the program itself makes, as whoever administers the cluster. */
const ofProgram: Readonly<Record<string, Request>> = {
  "make a ConfigMap": configMap(namespaces.models),
  "bind another role": {
    method: "POST",
    path: binding(namespaces.models),
    body: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
      subjects: [
        { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: groups.mlEngineers },
      ],
    },
  },
  "make a Job that runs": {
    method: "POST",
    path: `/apis/batch/v1/namespaces/${namespaces.models}/jobs`,
    body: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name },
      spec: { template: { spec: { ...RESTRICTED_POD, restartPolicy: "Never" } } },
    },
  },
};

/** What a policy of admission leaves alone, by who asks and for what. */
export function exemptTests(stage: Stage): Test[] {
  const { client } = stage;
  const controller = (of: keyof typeof controllers) => as(stage, controllers[of], [administrators]);
  const admitted = (
    title: string,
    by: () => Promise<KubernetesClient>,
    request: () => Request | Promise<Request>,
  ): Test => ({
    title,
    run: async () => assert.equal(await refusal(await by(), await request()), undefined),
  });
  return [
    {
      title: "there are a route and a pod that are not the platform's to protect",
      run: async () => {
        await client.call("POST", elsewhere.routes, {
          apiVersion: "networking.istio.io/v1",
          kind: "VirtualService",
          metadata: { name },
          spec: { hosts: ["e2e.example"], http: [{ directResponse: { status: 404 } }] },
        });
        await client.call("POST", elsewhere.pods, {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name },
          spec: RESTRICTED_POD,
        });
      },
    },
    ...Object.entries(ofProgram).map(([what, request]) =>
      admitted(
        `whoever brings the program may ${what}`,
        () => Promise.resolve(client),
        () => request,
      ),
    ),
    admitted(
      "the controller of releases may write their status",
      () => controller("rollouts"),
      () => patch(`${inModels}/status`, { status: { stableRS: "e2e-other" } }),
    ),
    admitted(
      "the controller of releases may move requests",
      () => controller("rollouts"),
      async () => {
        const http = at(await client.call("GET", routes), "spec", "http") as JsonObject[];
        return patch(routes, { spec: { http: toCanary(http) } });
      },
    ),
    admitted(
      "the controller of workflows may write their status",
      () => controller("workflows"),
      () => patch(`${inTraining}/${running}`, { status: { phase: "Succeeded" } }),
    ),
    admitted(
      "an approver may make a ConfigMap outside the namespace of models, where RBAC lets them",
      () => as(stage, "e2e-other", [groups.approvers, administrators]),
      () => configMap("default"),
    ),
    admitted(
      "break-glass may repair a route outside the namespace of models",
      () => stage.cluster.member(groups.breakGlass),
      () =>
        patch(`${elsewhere.routes}/${name}`, {
          spec: { http: [{ directResponse: { status: 503 } }] },
        }),
    ),
    {
      title: "whoever administers the cluster may forward a port to a pod of a model",
      run: async () =>
        assert.equal(
          await forward(client, "POST", {
            pod: "loan-approval-5f6d7c8b9-m3m4n",
            namespace: namespaces.models,
          }),
          undefined,
        ),
    },
    {
      title: "whoever RBAC lets may forward a port to a pod outside the platform",
      run: async () =>
        assert.equal(
          await forward(await as(stage, "e2e-eraser", [groups.erasers, administrators]), "POST", {
            pod: name,
            namespace: "default",
          }),
          undefined,
        ),
    },
  ];
}

/** Removes what those who are left alone had. */
export async function removeExempt({ client }: Stage): Promise<void> {
  await client.call("DELETE", `${elsewhere.routes}/${name}`);
  await client.call("DELETE", `${elsewhere.pods}/${name}?gracePeriodSeconds=0`);
}
