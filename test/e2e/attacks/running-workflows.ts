import assert from "node:assert/strict";
import { eraseAccount, groups, namespaces } from "../../../infra/kubernetes/labels";
import type { JsonObject } from "../../harness/lib/json";
import type { Test } from "../../harness/runner";
import { as, inTraining, patch, refusal, type Request, type Stage } from "../duty-requests";
import { attemptTests } from "./attack";

const node = "e2e-waiting-1";
const atWork = "e2e-waiting-3";
const answered = "e2e-waiting-4";
const decision = { name: "decision", enum: ["none", "approve"] };
const nodes = {
  [node]: {
    id: node,
    name: node,
    type: "Suspend",
    phase: "Running",
    outputs: {
      parameters: [{ ...decision, valueFrom: { supplied: {}, default: "none" } }],
    },
  },
  [atWork]: {
    id: atWork,
    name: atWork,
    type: "Pod",
    phase: "Running",
    outputs: { parameters: [decision] },
  },
  [answered]: {
    id: answered,
    name: answered,
    type: "Suspend",
    phase: "Succeeded",
    outputs: { parameters: [{ ...decision, value: "none" }] },
  },
  "e2e-waiting-2": {
    id: "e2e-waiting-2",
    name: "candidate",
    type: "Pod",
    phase: "Succeeded",
    outputs: { parameters: [{ name: "manifest", value: "{}" }] },
  },
};
/** Name of the workflow that is attacked while it runs. */
export const running = "e2e-waiting";
const change = (body: JsonObject) => patch(`${inTraining}/${running}`, body);
const answer = (value: string, more: JsonObject = {}, of = node) =>
  change({
    status: {
      nodes: {
        [of]: {
          phase: "Succeeded",
          finishedAt: "2026-11-24T03:00:00Z",
          outputs: { parameters: [{ ...decision, value }] },
          ...more,
        },
      },
    },
  });

/** Changes of a workflow that runs: its controller alone writes what it is and what it has done. */
const changesOfPeople: Readonly<Record<string, Request>> = {
  "add a collection of artefacts to a workflow that runs": change({
    spec: {
      artifactGC: { strategy: "OnWorkflowDeletion", serviceAccountName: eraseAccount },
    },
  }),
  "label the pods of a workflow that runs": change({
    spec: { podMetadata: { labels: { "app.kubernetes.io/component": "erasure" } } },
  }),
  "replace what a step handed on": change({
    status: {
      nodes: {
        "e2e-waiting-2": { outputs: { parameters: [{ name: "manifest", value: '{"a":1}' }] } },
      },
    },
  }),
  "call a step done": change({
    status: { nodes: { [node]: { type: "Pod", phase: "Succeeded" } } },
  }),
  "add a step that is done": change({
    status: { nodes: { other: { id: "other", type: "Pod", phase: "Succeeded" } } },
  }),
  "take a step out": change({ status: { nodes: { "e2e-waiting-2": null } } }),
  "answer with something else": answer("approve'; sh"),
  "hand more on than an answer": answer("approve", {
    outputs: {
      parameters: [
        { ...decision, value: "approve" },
        { name: "manifest", value: "{}" },
      ],
    },
  }),
  "hand the same answer on twice": answer("approve", {
    outputs: {
      parameters: [
        { ...decision, value: "approve" },
        { ...decision, value: "approve" },
      ],
    },
  }),
  "hand artefacts on": answer("approve", {
    outputs: {
      parameters: [{ ...decision, value: "approve" }],
      artifacts: [{ name: "model", raw: { data: "x" } }],
    },
  }),
  "answer another question": answer("approve", {
    outputs: { parameters: [{ ...decision, name: "other", value: "approve" }] },
  }),
  "answer by a file": answer("approve", {
    outputs: {
      parameters: [{ ...decision, value: "approve", valueFrom: { path: "/etc/passwd" } }],
    },
  }),
  "change what may be answered": answer("approve", {
    outputs: { parameters: [{ ...decision, enum: ["approve"], value: "approve" }] },
  }),
  "take away what may be answered": answer("approve", {
    outputs: { parameters: [{ name: "decision", value: "approve" }] },
  }),
  "let a step fail by an answer": answer("approve", { phase: "Failed" }),
  "answer in the place of a step at work": answer("approve", {}, atWork),
  "answer again": answer("approve", {}, answered),
  "name a step otherwise": answer("approve", { name: "other" }),
  "take the name of a step away": answer("approve", { displayName: null, name: null }),
  "call a workflow done": change({ status: { phase: "Succeeded" } }),
  "take the phase of a workflow away": change({ status: { phase: null } }),
  "run another template": change({ spec: { workflowTemplateRef: { name: eraseAccount } } }),
  "run no template": change({ spec: { workflowTemplateRef: null } }),
  "change what the controller has stored": change({
    status: { storedWorkflowTemplateSpec: { entrypoint: "promote" } },
  }),
  "pack other nodes into a workflow": change({ status: { compressedNodes: "H4sI" } }),
};

const controller = (stage: Stage) =>
  as(stage, `system:serviceaccount:${namespaces.workflows}:argo-workflows-workflow-controller`, [
    "system:masters",
  ]);

function waiting(stage: Stage, body: JsonObject): Test {
  return {
    title: "a retraining waits for an answer",
    run: async () => {
      const client = await controller(stage);
      await client.call("POST", inTraining, { ...body, metadata: { name: running } });
      await client.call(
        "PATCH",
        `${inTraining}/${running}`,
        { status: { phase: "Running", nodes } },
        "application/merge-patch+json",
      );
    },
  };
}

/** A workflow that runs and waits for an answer, made of this object. */
export function runningWorkflowAttacks(stage: Stage, body: JsonObject): Test[] {
  return [
    waiting(stage, body),
    {
      title: "whoever erases may not answer, also with another duty",
      run: async () =>
        assert.match(
          (await refusal(
            await as(stage, "e2e-double", [groups.erasers, groups.mlEngineers]),
            answer("approve"),
          )) ?? "admitted",
          /denied request/,
        ),
    },
    ...(["mlEngineers", "platformAdmins"] as const).flatMap((by) =>
      attemptTests(stage, {
        by,
        refused: changesOfPeople,
        admitted: {
          "answer at the step that waits": answer("approve"),
          "let it go on without an answer": answer("none"),
          "hold a workflow": change({ spec: { suspend: true } }),
          "end a workflow": change({ spec: { shutdown: "Terminate" } }),
        },
      }),
    ),
  ];
}

/** Removes the workflow that was attacked. */
export async function removeWorkflow(stage: Stage): Promise<void> {
  await (await controller(stage)).call("DELETE", `${inTraining}/${running}`);
}
