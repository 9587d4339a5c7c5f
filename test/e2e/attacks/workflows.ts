import { accounts, eraseAccount, namespaces } from "../../../infra/kubernetes/labels";
import type { JsonObject } from "../../harness/lib/json";
import type { Test } from "../../harness/runner";
import { workflow, type Request, type Stage } from "../duty-requests";
import { attemptTests } from "./attack";
import { runningWorkflowAttacks } from "./running-workflows";

const retraining = "loan-approval-retraining";
const container = { image: "registry.example/a@sha256:0" };
const promoter = { serviceAccountName: accounts.promoter };

/** A workflow of one's own as the trainer, which begins with this template. */
const own = (main: JsonObject, more: JsonObject = {}): Request =>
  workflow({
    serviceAccountName: accounts.trainer,
    entrypoint: "main",
    templates: [{ name: "main", ...main }],
    ...more,
  });

const started = (more: JsonObject = {}, template: string = retraining): Request =>
  workflow({ workflowTemplateRef: { name: template }, ...more });

const given = (...parameters: JsonObject[]): JsonObject => ({ arguments: { parameters } });

/** What opens another account, a Secret or a network to whoever may start a workflow. */
const workflowsOfPeople: Readonly<Record<string, Request>> = {
  "run an inline step as the promoter": own({
    steps: [[{ name: "a", inline: { ...promoter, container } }]],
  }),
  "run an inline task as the promoter": own({
    dag: { tasks: [{ name: "a", inline: { ...promoter, container } }] },
  }),
  "collect artefacts as the eraser": own(
    { container },
    { artifactGC: { strategy: "OnWorkflowDeletion", serviceAccountName: eraseAccount } },
  ),
  "patch the pod that collects artefacts": own(
    { container },
    { artifactGC: { strategy: "OnWorkflowDeletion", podSpecPatch: "hostNetwork: true" } },
  ),
  "erase by the hook of a step": own({
    steps: [
      [
        {
          name: "a",
          inline: { container },
          hooks: {
            running: { expression: "true", templateRef: { name: eraseAccount, template: "erase" } },
          },
        },
      ],
    ],
  }),
  "erase by the hook of a task": own({
    dag: {
      tasks: [
        {
          name: "a",
          inline: { container },
          hooks: { exit: { templateRef: { name: eraseAccount, template: "erase" } } },
        },
      ],
    },
  }),
  "read a Secret into a variable": own({
    container: {
      ...container,
      env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "subject-keys", key: "key" } } }],
    },
  }),
  "mount a Secret": own({
    container,
    volumes: [{ name: "keys", secret: { secretName: "subject-keys" } }],
  }),
  "wear labels that a network policy trusts": own({
    container,
    metadata: { labels: { "app.kubernetes.io/component": "erasure" } },
  }),
  "begin a retraining at its promotion": started({ entrypoint: "promote" }),
  "retrain on a server of one's own": started(
    given({ name: "server", value: "registry.example/foreign@sha256:0" }),
  ),
  "take an argument from a ConfigMap": started(
    given({ name: "trigger", valueFrom: { configMapKeyRef: { name: "a", key: "b" } } }),
  ),
  "hand an expression to a retraining": started(
    given({ name: "trigger", value: "{{=sprig.env('KEY')}}" }),
  ),
  "retrain past its budget as an erasure does": started(
    given({ name: "trigger", value: "erasure" }),
  ),
  "retrain on artefacts of one's own": started({
    arguments: { artifacts: [{ name: "model", raw: { data: "x" } }] },
  }),
  "hand another argument to a retraining": started(given({ name: "server", value: "manual" })),
  "hand an argument and where else it is from": started(
    given({
      name: "trigger",
      value: "manual",
      valueFrom: { configMapKeyRef: { name: "a", key: "b" } },
    }),
  ),
  "start a workflow that is hard to remove": {
    ...started(),
    body: {
      ...started().body,
      metadata: { generateName: "e2e-", finalizers: ["example.com/keep"] },
    },
  },
  "start a workflow that goes with another object": {
    ...started(),
    body: {
      ...started().body,
      metadata: {
        generateName: "e2e-",
        ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: "default", uid: "e2e" }],
      },
    },
  },
  "start a retraining of another time": {
    ...started(),
    body: { ...started().body, status: { startedAt: "2026-11-24T03:00:00Z" } },
  },
  "start no template": workflow({ workflowTemplateRef: {} }),
  "start what the whole cluster shares": workflow({
    workflowTemplateRef: { name: retraining, clusterScope: true },
  }),
  "start a retraining whose steps are done already": {
    ...started(),
    body: {
      ...started().body,
      status: { nodes: { a: { id: "a", name: "a", type: "Pod", phase: "Succeeded" } } },
    },
  },
  "start a retraining with a template of its status": {
    ...started(),
    body: { ...started().body, status: { storedWorkflowTemplateSpec: promoter } },
  },
};

const asSensor: Readonly<Record<string, Request>> = {
  "run a workflow of its own": own({ container }),
  "run a workflow as the eraser": workflow({
    serviceAccountName: eraseAccount,
    entrypoint: "main",
    templates: [{ name: "main", container }],
  }),
  "erase a subject": started(
    given({ name: "pseudonym", value: "k1", model: "loan-approval" }),
    eraseAccount,
  ),
  "retrain on another server": started(
    given({ name: "server", value: "registry.example/foreign@sha256:0" }),
  ),
  "begin a retraining at its promotion": started({ entrypoint: "promote" }),
};

/** Workflows of people and of the sensor, each attack as one would try it. */
export function workflowAttacks(stage: Stage): Test[] {
  return [
    ...attemptTests(stage, {
      by: "mlEngineers",
      refused: workflowsOfPeople,
      admitted: {
        "start a retraining as argo submit does": {
          ...started(given({ name: "trigger", value: "manual" })),
          body: {
            ...started(given({ name: "trigger", value: "manual" })).body,
            status: { startedAt: null, finishedAt: null },
          },
        },
      },
    }),
    ...attemptTests(stage, {
      by: "erasers",
      refused: {
        "erase as another account": started({ serviceAccountName: "default" }, eraseAccount),
        "erase by an expression": started(
          given({ name: "pseudonym", value: "{{workflow.uid}}" }),
          eraseAccount,
        ),
      },
    }),
    ...attemptTests(stage, {
      by: { namespace: namespaces.training, name: accounts.sensor },
      refused: asSensor,
      admitted: {
        "start a retraining for its causes": started(
          given({ name: "trigger", value: "alert" }, { name: "causes", value: "[]" }),
        ),
      },
    }),
    ...runningWorkflowAttacks(stage, started().body),
  ];
}
