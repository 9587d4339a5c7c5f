import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { elevation } from "../../cli/access/elevation";
import {
  breakGlassRole,
  eraseAccount,
  groups,
  namespaces,
  type Group,
  accounts,
} from "../../infra/kubernetes/labels";
import { connect } from "../../services/delivery/connection";
import { KubernetesClient } from "../harness/lib/kubernetes/client";
import { errorMessage } from "../harness/lib/text";
import type { Json, JsonObject } from "../harness/lib/json";
import type { Test } from "../harness/runner";
import type { SharedStack } from "./stack";

/** What the table of duties needs of a cluster with the platform's objects on it. */
type Stage = Pick<SharedStack, "cluster" | "client">;

/** A request that changes nothing (a dry run), which admission judges all the same. */
interface Request {
  readonly method: "POST" | "PATCH";
  readonly path: string;
  readonly body: JsonObject;
}

const inModels = `/apis/argoproj.io/v1alpha1/namespaces/${namespaces.models}/rollouts/loan-approval`;
const inTraining = `/apis/argoproj.io/v1alpha1/namespaces/${namespaces.training}/workflows`;
const patch = (path: string, body: JsonObject): Request => ({ method: "PATCH", path, body });
const workflow = (spec: JsonObject): Request => ({
  method: "POST",
  path: inTraining,
  body: {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { generateName: "e2e-" },
    spec,
  },
});
const steps = (change: JsonObject = {}): Json => [
  { name: "main", container: { image: "registry.example/a@sha256:0" }, ...change },
];

const requests = {
  "bring another image": patch(inModels, {
    spec: { template: { metadata: { annotations: { "example.com/changed": "true" } } } },
  }),
  "weaken a gate": patch(inModels, {
    spec: { strategy: { canary: { steps: [{ setWeight: 100 }] } } },
  }),
  "hold a release": patch(inModels, { spec: { paused: true } }),
  "resume a paused release": patch(`${inModels}/status`, { status: { pauseConditions: null } }),
  "jump to the last step": patch(`${inModels}/status`, { status: { promoteFull: true } }),
  "abort a release": patch(`${inModels}/status`, { status: { abort: true } }),
  "erase a subject": workflow({
    workflowTemplateRef: { name: eraseAccount },
    arguments: { parameters: [{ name: "subject", value: "s-1" }] },
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
  "experiment as the trainer": workflow({
    serviceAccountName: accounts.trainer,
    entrypoint: "main",
    templates: steps(),
  }),
  "start a retraining": workflow({ workflowTemplateRef: { name: "loan-approval-retraining" } }),
} as const satisfies Record<string, Request>;
type RequestName = keyof typeof requests;

/**
 * Who may do what, where RBAC alone would not tell. A request that is not listed for a group is
 * refused, by RBAC or by admission.
 */
const allowed = {
  platformAdmins: ["hold a release", "abort a release"],
  mlEngineers: ["experiment as the trainer", "start a retraining"],
  auditors: [],
  pipelines: ["bring another image", "hold a release"],
  approvers: [
    "hold a release",
    "resume a paused release",
    "jump to the last step",
    "abort a release",
  ],
  erasers: ["erase a subject"],
  breakGlass: ["hold a release", "abort a release"],
} as const satisfies Record<Group, readonly RequestName[]>;

/** Groups that one identity has together: each takes something from the other. */
const doubles: readonly {
  readonly groups: readonly Group[];
  readonly refused: readonly RequestName[];
}[] = [
  {
    groups: ["pipelines", "approvers"],
    refused: ["bring another image", "resume a paused release"],
  },
  {
    groups: ["approvers", "erasers"],
    refused: ["resume a paused release", "erase a subject", "bring another image"],
  },
  { groups: ["pipelines", "erasers"], refused: ["bring another image", "erase a subject"] },
];

async function refusal(
  client: KubernetesClient,
  { method, path, body }: Request,
): Promise<string | undefined> {
  const url = `${path}?dryRun=All&fieldManager=e2e`;
  return client
    .call(method, url, body, method === "PATCH" ? "application/merge-patch+json" : undefined)
    .then(() => undefined, errorMessage);
}

async function as(
  { cluster }: Pick<Stage, "cluster">,
  user: string,
  of: readonly string[],
): Promise<KubernetesClient> {
  return new KubernetesClient(
    await connect({ kubeconfig: cluster.kubeconfig, impersonate: { user, groups: of } }),
  );
}

const nameOf = (group: Group) => groups[group].replace("causeway:", "");

function singles(stage: Stage): Test[] {
  return (Object.keys(allowed) as Group[]).flatMap((group) =>
    (Object.keys(requests) as RequestName[]).map((request) => {
      const may = (allowed[group] as readonly RequestName[]).includes(request);
      return {
        title: `${nameOf(group)} ${may ? "may" : "may not"} ${request}`,
        run: async () => {
          const reason = await refusal(
            await stage.cluster.member(groups[group]),
            requests[request],
          );
          if (may) assert.equal(reason, undefined);
          else assert.match(reason ?? "admitted", /is forbidden|denied request/);
        },
      };
    }),
  );
}

function pairs(stage: Stage): Test[] {
  return doubles.flatMap(({ groups: both, refused }) =>
    refused.map((request): Test => ({
      title: `whoever is of ${both.map(nameOf).join(" and ")} may not ${request}`,
      run: async () =>
        assert.match(
          (await refusal(
            await as(
              stage,
              "e2e-double",
              both.map((group) => groups[group]),
            ),
            requests[request],
          )) ?? "admitted",
          /denied request/,
        ),
    })),
  );
}

/** The Rollout as the controller leaves it at the step that waits for a person. */
function waiting(stage: Stage, on: boolean): Promise<unknown> {
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

const binding = (namespace: string) =>
  `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;

function elevations(stage: Stage): Test[] {
  const objects = elevation(
    {
      user: "colleague",
      namespace: namespaces.models,
      seconds: 600,
      reason: "routes are broken",
      id: "e2e",
    },
    new Date(),
  );
  const post = (body: JsonObject, namespace: string = namespaces.models): Request => ({
    method: "POST",
    path: binding(namespace),
    body,
  });
  const bound = (change: JsonObject): JsonObject =>
    ({ ...objects.binding("00000000-0000-0000-0000-000000000000"), ...change }) as JsonObject;
  const metadata = bound({})["metadata"] as JsonObject;
  const refused: Readonly<Record<string, Request>> = {
    "an elevation of oneself": post(
      bound({
        subjects: [
          { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "e2e-platform-admins" },
        ],
      }),
    ),
    "an elevation of a whole group": post(
      bound({
        subjects: [
          { kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "causeway:ml-engineers" },
        ],
      }),
    ),
    "an elevation that does not end": post(
      bound({ metadata: { ...metadata, annotations: { "causeway.dev/reason": "because" } } }),
    ),
    "an elevation for a day": post(
      bound({
        metadata: {
          ...metadata,
          annotations: {
            "causeway.dev/reason": "because",
            "causeway.dev/expires": new Date(Date.now() + 86_400_000).toISOString(),
          },
        },
      }),
    ),
    "an elevation without a reason": post(
      bound({
        metadata: {
          ...metadata,
          annotations: { "causeway.dev/expires": new Date(Date.now() + 600_000).toISOString() },
        },
      }),
    ),
    "an elevation that belongs to no timer": post(
      bound({ metadata: { ...metadata, ownerReferences: [] } }),
    ),
    "an elevation outside the platform": post(
      { ...bound({}), metadata: { ...metadata, namespace: "kube-system" } },
      "kube-system",
    ),
    "another role": post(
      bound({
        roleRef: {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "ClusterRole",
          name: "cluster-admin",
        },
      }),
    ),
    "a Job with a pod": {
      method: "POST",
      path: `/apis/batch/v1/namespaces/${namespaces.models}/jobs`,
      body: {
        ...objects.timer,
        spec: { ...(objects.timer.spec as JsonObject), parallelism: 1 },
      } as JsonObject,
    },
    "a timer of a day": {
      method: "POST",
      path: `/apis/batch/v1/namespaces/${namespaces.models}/jobs`,
      body: {
        ...objects.timer,
        spec: { ...(objects.timer.spec as JsonObject), activeDeadlineSeconds: 86_400 },
      } as JsonObject,
    },
  };
  return [
    ...Object.entries(refused).map(([what, request]): Test => ({
      title: `platform-admins may not make ${what}`,
      run: async () =>
        assert.match(
          (await refusal(await stage.cluster.member(groups.platformAdmins), request)) ?? "admitted",
          /denied request|is forbidden/,
        ),
    })),
    {
      title:
        "a colleague who is let in for seconds can repair, and cannot any more once the time is over",
      run: async () => {
        const { timer, binding: of } = elevation(
          {
            user: "colleague",
            namespace: namespaces.models,
            seconds: 5,
            reason: "routes are broken",
            id: "e2e-short",
          },
          new Date(),
        );
        const admin = await stage.cluster.member(groups.platformAdmins);
        const job = await admin.call(
          "POST",
          `/apis/batch/v1/namespaces/${namespaces.models}/jobs`,
          timer as JsonObject,
        );
        await admin.call(
          "POST",
          binding(namespaces.models),
          of(String((job["metadata"] as JsonObject)["uid"])) as JsonObject,
        );
        const colleague = await as(stage, "colleague", []);
        const repair = patch(
          `/apis/networking.istio.io/v1/namespaces/${namespaces.models}/virtualservices/loan-approval`,
          { metadata: { labels: { repaired: "true" } } },
        );
        await eventually(
          "the colleague may repair",
          async () => (await refusal(colleague, repair)) === undefined,
        );
        assert.match(
          (await refusal(colleague, requests["bring another image"])) ?? "admitted",
          /a person must not change/,
        );
        await eventually(
          "the elevation is over",
          async () =>
            /is forbidden/.test((await refusal(colleague, repair)) ?? "") &&
            (await stage.client.get({
              apiVersion: "rbac.authorization.k8s.io/v1",
              kind: "RoleBinding",
              namespace: namespaces.models,
              name: "break-glass-e2e-short",
            })) === undefined,
        );
      },
    },
  ];
}

/** A workflow that runs already: it may be held and ended, and its script stays. */
function running(stage: Stage): Test[] {
  const name = "e2e-running";
  const engineers = () => stage.cluster.member(groups.mlEngineers);
  const change = (body: JsonObject) => patch(`${inTraining}/${name}`, body);
  const refused: Readonly<Record<string, JsonObject>> = {
    "its account": { spec: { serviceAccountName: accounts.promoter } },
    "its steps": {
      spec: { templates: [{ name: "main", container: { image: "registry.example/b@sha256:0" } }] },
    },
    "the template that the controller keeps of it": {
      status: { storedWorkflowTemplateSpec: { serviceAccountName: accounts.promoter } },
    },
  };
  return [
    {
      title: "ml-engineers may hold a workflow that runs",
      run: async () => {
        const engineer = await engineers();
        await engineer.call("POST", inTraining, {
          apiVersion: "argoproj.io/v1alpha1",
          kind: "Workflow",
          metadata: { name },
          spec: { entrypoint: "main", serviceAccountName: accounts.trainer, templates: steps() },
        });
        assert.equal(await refusal(engineer, change({ spec: { suspend: true } })), undefined);
      },
    },
    ...Object.entries(refused).map(([what, body]): Test => ({
      title: `ml-engineers may not change ${what} in a workflow that runs`,
      run: async () =>
        assert.match(
          (await refusal(await engineers(), change(body))) ?? "admitted",
          /a person must not change what a workflow runs/,
        ),
    })),
    {
      title: "ml-engineers may remove it",
      run: async () => void (await (await engineers()).call("DELETE", `${inTraining}/${name}`)),
    },
  ];
}

/** Waits for what Kubernetes' own controllers bring about. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`${what}: not within a minute`);
    await sleep(250);
  }
}

/**
 * Separation of duties and elevation, asked of the API server with each group's own credentials.
 */
export function dutyTests(stage: Stage): Test[] {
  return [
    {
      title: "pipelines may bring an image to a Rollout that no controller has seen yet",
      run: async () =>
        assert.equal(
          await refusal(
            await stage.cluster.member(groups.pipelines),
            requests["bring another image"],
          ),
          undefined,
        ),
    },
    {
      title: `the role ${breakGlassRole} is there, and a release waits for a person`,
      run: async () => {
        assert.ok(
          await stage.client.get({
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRole",
            name: breakGlassRole,
          }),
        );
        await waiting(stage, true);
      },
    },
    ...singles(stage),
    ...running(stage),
    ...pairs(stage),
    ...elevations(stage),
    { title: "the release waits no more", run: async () => void (await waiting(stage, false)) },
  ];
}
