import { setTimeout as sleep } from "node:timers/promises";
import { eraseAccount, namespaces, accounts } from "../../infra/kubernetes/labels";
import { connect } from "../../services/delivery/connection";
import { KubernetesClient } from "../harness/lib/kubernetes/client";
import type { Json, JsonObject } from "../harness/lib/json";
import { asking, type Answer } from "./asked";
import type { SharedStack } from "./stack";

/** What the table of duties needs of a cluster with the platform's objects on it. */
export type Stage = Pick<SharedStack, "cluster" | "client">;

/** A request that changes nothing (a dry run), which admission judges all the same. */
export interface Request {
  readonly method: "POST" | "PATCH";
  readonly path: string;
  readonly body: JsonObject;
}

export const inModels = `/apis/argoproj.io/v1alpha1/namespaces/${namespaces.models}/rollouts/loan-approval`;
/** Routes of the model's callers. */
export const routes = `/apis/networking.istio.io/v1/namespaces/${namespaces.models}/virtualservices/loan-approval`;
export const inTraining = `/apis/argoproj.io/v1alpha1/namespaces/${namespaces.training}/workflows`;
export const patch = (path: string, body: JsonObject): Request => ({ method: "PATCH", path, body });

export const workflow = (spec: JsonObject): Request => ({
  method: "POST",
  path: inTraining,
  body: {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { generateName: "e2e-" },
    spec,
  },
});

export const steps = (change: JsonObject = {}): Json => [
  { name: "main", container: { image: "registry.example/a@sha256:0" }, ...change },
];

export const requests = {
  "bring another image": patch(inModels, {
    spec: { template: { metadata: { annotations: { "example.com/changed": "true" } } } },
  }),
  "weaken a gate": patch(inModels, {
    spec: { strategy: { canary: { steps: [{ setWeight: 100 }] } } },
  }),
  "hold a release": patch(inModels, { spec: { paused: true } }),
  "resume a paused release": patch(`${inModels}/status`, { status: { pauseConditions: null } }),
  "jump to the last step": patch(`${inModels}/status`, { status: { promoteFull: true } }),
  "go on to the next step": patch(`${inModels}/status`, { status: { currentStepIndex: 2 } }),
  "say that a release was resumed": patch(`${inModels}/status`, {
    status: { controllerPause: true },
  }),
  "abort a release": patch(`${inModels}/status`, { status: { abort: true } }),
  "erase a subject": workflow({
    workflowTemplateRef: { name: eraseAccount },
    arguments: {
      parameters: [
        { name: "model", value: "loan-approval" },
        { name: "pseudonym", value: "k1" },
        { name: "reason", value: "asked for by the subject, case 17" },
      ],
    },
  }),
  "run steps with the eraser's account": workflow({
    serviceAccountName: eraseAccount,
    entrypoint: "main",
    templates: steps(),
  }),
  "run a step with the promoter's account": workflow({
    entrypoint: "main",
    templates: steps({ serviceAccountName: accounts.promoter }),
  }),
  "reach an account by a patch of the pod": workflow({
    entrypoint: "main",
    podSpecPatch: `serviceAccountName: ${accounts.promoter}`,
    templates: steps(),
  }),
  "run a template of another's with its account": workflow({
    entrypoint: "main",
    templates: [
      {
        name: "main",
        steps: [
          [{ name: "a", templateRef: { name: "loan-approval-retraining", template: "promote" } }],
        ],
      },
    ],
  }),
  "run steps as the trainer": workflow({
    serviceAccountName: accounts.trainer,
    entrypoint: "main",
    templates: steps(),
  }),
  "start a retraining": workflow({ workflowTemplateRef: { name: "loan-approval-retraining" } }),
} as const satisfies Record<string, Request>;
export type RequestName = keyof typeof requests;

export async function refusal(
  client: KubernetesClient,
  { method, path, body }: Request,
): Promise<Answer> {
  const url = `${path}?dryRun=All&fieldManager=e2e`;
  return asking(`${method} ${path} ${JSON.stringify(body)}`, () =>
    client.call(method, url, body, method === "PATCH" ? "application/merge-patch+json" : undefined),
  );
}

export async function as(
  { cluster }: Pick<Stage, "cluster">,
  user: string,
  of: readonly string[],
): Promise<KubernetesClient> {
  return new KubernetesClient(
    await connect({ kubeconfig: cluster.kubeconfig, impersonate: { user, groups: of } }),
  );
}

/** The Rollout as the controller leaves it at the step that waits for a person. */
export function waiting(stage: Stage, on: boolean): Promise<unknown> {
  return as(stage, `system:serviceaccount:${namespaces.rollouts}:argo-rollouts`, [
    "system:masters",
  ]).then((controller) =>
    controller.call(
      "PATCH",
      `${inModels}/status?fieldManager=rollouts-controller`,
      {
        status: on
          ? {
              pauseConditions: [{ reason: "CanaryPauseStep", startTime: "2026-11-24T03:00:00Z" }],
              currentStepIndex: 1,
            }
          : { pauseConditions: null, currentStepIndex: null },
      },
      "application/merge-patch+json",
    ),
  );
}

export const binding = (namespace: string) =>
  `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;

/** Waits for what Kubernetes' own controllers bring about. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`${what}: not within a minute`);
    await sleep(250);
  }
}
