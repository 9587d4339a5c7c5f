import assert from "node:assert/strict";
import { carriedApproval } from "../../../services/evidence/approvals";
import { groups, namespaces, resumerAccount } from "../../../infra/kubernetes/labels";
import type { JsonObject } from "../../harness/lib/json";
import type { Test } from "../../harness/runner";
import {
  as,
  inModels,
  inTraining,
  patch,
  refusal,
  requests,
  workflow,
  type Request,
  type Stage,
} from "../duty-requests";
import { attemptTests } from "./attack";

const configMaps = `/api/v1/namespaces/${namespaces.models}/configmaps`;
const cronJob = `/apis/batch/v1/namespaces/${namespaces.training}/cronjobs/${resumerAccount}`;
const status = (change: JsonObject) => patch(`${inModels}/status`, { status: change });

/** A ConfigMap that carries an approval, as somebody gives it. */
const carried = (actor: string, change: JsonObject = {}): Request => ({
  method: "POST",
  path: configMaps,
  body: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `${carriedApproval.namePrefix}e2e-attempt`,
      labels: { [carriedApproval.label]: "loan-approval" },
    },
    immutable: true,
    data: { actor, entry: "{}" },
    ...change,
  },
});
const me = groups.approvers.replace("causeway:", "e2e-");

/** Each field by which `kubectl argo rollouts` lets a release go on, and each way around them. */
const ofApprover: Readonly<Record<string, Request>> = {
  "resume a release": requests["resume a paused release"],
  "jump to the last step": requests["jump to the last step"],
  "go on to the next step": requests["go on to the next step"],
  "say that a release was resumed": requests["say that a release was resumed"],
  "hold a release": requests["hold a release"],
  "let a release go that somebody holds": patch(inModels, { spec: { paused: false } }),
  "take the steps away": requests["weaken a gate"],
  "abort a release": requests["abort a release"],
  "approve in another's name": carried("e2e-chair"),
  "approve without a label": carried(me, {
    metadata: { name: `${carriedApproval.namePrefix}e2e-attempt` },
  }),
  "give an approval another name": carried(me, {
    metadata: { name: "loan-approval-attest-2", labels: { [carriedApproval.label]: "a" } },
  }),
  "give an approval that can be changed": carried(me, { immutable: false }),
  "give an approval with more in it": carried(me, { data: { actor: me, entry: "{}", more: "x" } }),
  "give an approval with bytes in it": carried(me, { binaryData: { a: "YQ==" } }),
  "give an approval that is longer than any": carried(me, {
    data: { actor: me, entry: "x".repeat(16_385) },
  }),
  "give an approval that is hard to remove": carried(me, {
    metadata: {
      name: `${carriedApproval.namePrefix}e2e-attempt`,
      labels: { [carriedApproval.label]: "loan-approval" },
      finalizers: ["example.com/keep"],
    },
  }),
  "give an approval that goes with another object": carried(me, {
    metadata: {
      name: `${carriedApproval.namePrefix}e2e-attempt`,
      labels: { [carriedApproval.label]: "loan-approval" },
      ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: "default", uid: "e2e" }],
    },
  }),
};

/** What whoever took over the resumer would like to do. */
const ofResumer: Readonly<Record<string, Request>> = {
  "jump to the last step": requests["jump to the last step"],
  "jump over a step": status({ pauseConditions: null, currentStepIndex: 3 }),
  "go back": status({ pauseConditions: null, currentStepIndex: 0 }),
  "name another version the stable one": status({ stableRS: "e2e-other" }),
  "resume a release under another stable version": status({
    pauseConditions: null,
    stableRS: "e2e-other",
  }),
  "let a release wait for another reason": status({
    pauseConditions: [{ reason: "InconclusiveAnalysisRun", startTime: "2026-11-24T03:00:00Z" }],
  }),
  "bring another image": requests["bring another image"],
  "hold a release": requests["hold a release"],
  "take the steps away": requests["weaken a gate"],
  "resume another release": {
    ...status({ pauseConditions: null }),
    path: `${inModels}-other/status`,
  },
  approve: carried(`system:serviceaccount:${namespaces.training}:${resumerAccount}`),
  "start a workflow": workflow({ workflowTemplateRef: { name: "loan-approval-retraining" } }),
};

const container = { image: "registry.example/a@sha256:0" };
const asResumer = { serviceAccountName: resumerAccount };
const otherImage = patch(cronJob, {
  spec: {
    jobTemplate: {
      spec: { template: { spec: { containers: [{ name: "main", ...container }] } } },
    },
  },
});

/** Ways to run something else as the resumer, or to hand it an approval. */
const ofOthers: Readonly<Record<string, Request>> = {
  "run another image as the resumer": otherImage,
  "run a Job as the resumer": {
    method: "POST",
    path: `/apis/batch/v1/namespaces/${namespaces.training}/jobs`,
    body: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "break-glass-e2e" },
      spec: {
        template: {
          spec: { ...asResumer, restartPolicy: "Never", containers: [{ name: "a", ...container }] },
        },
      },
    },
  },
  "run a workflow as the resumer": {
    ...workflow({ ...asResumer, entrypoint: "main", templates: [{ name: "main", container }] }),
    path: inTraining,
  },
  "take the resumer's token": {
    method: "POST",
    path: `/api/v1/namespaces/${namespaces.training}/serviceaccounts/${resumerAccount}/token`,
    body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
  },
  "resume a release": requests["resume a paused release"],
  approve: carried("e2e-chair"),
};

/** Approvals of somebody who has another duty too, or none: admission refuses each. */
function otherApprovers(stage: Stage): Test[] {
  return [
    ["approvers", "pipelines"],
    ["approvers", "erasers"],
    ["approvers", "breakGlass"],
    [],
  ].map((names): Test => ({
    title: `an approval by whoever is ${names.join(" and ") || "an administrator of the cluster"} is refused`,
    run: async () =>
      assert.match(
        (await refusal(
          await as(stage, "e2e-other", [
            "system:masters",
            ...Object.entries(groups).flatMap(([name, group]) =>
              names.includes(name) ? [group] : [],
            ),
          ]),
          carried("e2e-other"),
        )) ?? "admitted",
        /denied request.*must approve/,
      ),
  }));
}

/**
 * A release that waits for a person, attacked by one approver and by whoever could be the resumer.
 * The Rollout waits at its second step.
 */
export function resumptionAttacks(stage: Stage): Test[] {
  const resumer = { namespace: namespaces.training, name: resumerAccount };
  return [
    ...attemptTests(stage, {
      by: "approvers",
      refused: ofApprover,
      admitted: { "approve in one's own name": carried(me) },
    }),
    ...attemptTests(stage, {
      by: resumer,
      refused: ofResumer,
      admitted: {
        "resume a release": requests["resume a paused release"],
        "go on to the next step": status({
          pauseConditions: null,
          controllerPause: false,
          currentStepIndex: 2,
        }),
      },
    }),
    ...otherApprovers(stage),
    ...(["platformAdmins", "breakGlass", "pipelines", "mlEngineers", "erasers"] as const).flatMap(
      (by) => attemptTests(stage, { by, refused: ofOthers }),
    ),
  ];
}
