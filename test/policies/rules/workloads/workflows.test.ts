import { rule as approval } from "../../../../policies/rules/governance/retraining-approval";
import { rule as reference } from "../../../../policies/rules/workloads/sensor-reference";
import { rule as concurrency } from "../../../../policies/rules/workloads/workflow-concurrency";
import { rule as deadline } from "../../../../policies/rules/workloads/workflow-deadline";
import { rule as retries } from "../../../../policies/rules/workloads/workflow-retries";
import { rule as overrides } from "../../../../policies/rules/workloads/workflow-overrides";
import { ruleSuite, set, unset, type Props } from "../../../support/rule-suite";
import { goodWorkflowSpec } from "./good";

const metadata = { name: "scorer-retraining", namespace: "causeway-training" };
const templateType = "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate";
const cronType = "kubernetes:argoproj.io/v1alpha1:CronWorkflow";
const strategy = {
  limit: 3,
  retryPolicy: "Always",
  backoff: { duration: "30s" },
  expression: "asInt(lastRetry.exitCode) != 3",
};
const template: Props = set(
  { metadata, spec: goodWorkflowSpec() },
  "spec.templates.1.retryStrategy",
  strategy,
);
const schedule: Props = {
  metadata,
  spec: {
    schedules: ["0 3 * * *"],
    concurrencyPolicy: "Forbid",
    workflowSpec: { workflowTemplateRef: { name: "scorer-retraining" } },
  },
};

ruleSuite(deadline, {
  type: templateType,
  good: template,
  deviations: {
    "a workflow without a deadline": (good) => ({
      deviant: unset(good, "spec.activeDeadlineSeconds"),
      message:
        /^WorkflowTemplate "scorer-retraining" must set activeDeadlineSeconds to at most 2678400, got nothing$/,
    }),
    "a deadline beyond the maximum": (good) => set(good, "spec.activeDeadlineSeconds", 2_678_401),
    "a deadline of nothing": (good) => set(good, "spec.activeDeadlineSeconds", 0),
  },
  configured: [
    { title: "an hour", parameters: { maximumSeconds: 60 }, subject: (good) => good, fires: true },
  ],
});

ruleSuite(retries, {
  type: templateType,
  good: template,
  deviations: {
    "tries without a limit": (good) => ({
      deviant: unset(good, "spec.templates.1.retryStrategy.limit"),
      message:
        /^template "train" of WorkflowTemplate "scorer-retraining" must set retryStrategy\.limit to at most 5, got nothing$/,
    }),
    "more tries than the maximum": (good) => set(good, "spec.templates.1.retryStrategy.limit", 6),
    "tries without a pause": (good) => unset(good, "spec.templates.1.retryStrategy.backoff"),
    "tries of what is an answer": (good) =>
      unset(good, "spec.templates.1.retryStrategy.expression"),
    "tries of the whole workflow without a limit": (good) => ({
      deviant: set(good, "spec.retryStrategy", { ...strategy, limit: undefined }),
      message: /^WorkflowTemplate "scorer-retraining" must set retryStrategy\.limit/,
    }),
  },
  configured: [
    { title: "three tries", parameters: { maximum: 2 }, subject: (good) => good, fires: true },
  ],
});

ruleSuite(concurrency, {
  type: templateType,
  good: template,
  deviations: {
    "a template without a mutex": (good) => ({
      deviant: unset(good, "spec.synchronization"),
      message: /must name a mutex in synchronization\.mutexes, got none$/,
    }),
    "a mutex without a name": (good) => set(good, "spec.synchronization.mutexes", [{}]),
  },
});

ruleSuite(concurrency, {
  type: cronType,
  good: schedule,
  deviations: {
    "a schedule that starts runs side by side": (good) => ({
      deviant: set(good, "spec.concurrencyPolicy", "Allow"),
      message:
        /^CronWorkflow "scorer-retraining" must set concurrencyPolicy to Forbid, got "Allow"$/,
    }),
    "a schedule that says nothing of it": (good) => unset(good, "spec.concurrencyPolicy"),
  },
});

ruleSuite(reference, {
  type: "kubernetes:argoproj.io/v1alpha1:Sensor",
  good: {
    metadata,
    spec: {
      template: { serviceAccountName: "sensor" },
      triggers: [
        {
          template: {
            name: "retrain",
            k8s: {
              operation: "create",
              source: {
                resource: {
                  kind: "Workflow",
                  spec: { workflowTemplateRef: { name: "scorer-retraining" } },
                },
              },
            },
          },
        },
      ],
    },
  },
  deviations: {
    "the default account": (good) => ({
      deviant: unset(good, "spec.template.serviceAccountName"),
      message:
        /^Sensor "scorer-retraining" must set spec\.template\.serviceAccountName to an account of its own, got default$/,
    }),
    "a workflow without a template": (good) =>
      unset(good, "spec.triggers.0.template.k8s.source.resource.spec.workflowTemplateRef"),
    "a workflow with templates of its own": (good) =>
      set(good, "spec.triggers.0.template.k8s.source.resource.spec.templates", [{ name: "main" }]),
    "another kind": (good) => ({
      deviant: set(good, "spec.triggers.0.template.k8s.source.resource.kind", "Job"),
      message:
        /^trigger "retrain" of Sensor "scorer-retraining" must create a Workflow that it holds itself, got "Job"$/,
    }),
    "a trigger that fetches what it starts": (good) =>
      unset(good, "spec.triggers.0.template.k8s.source.resource"),
  },
});

const gated: Props = {
  metadata: {
    ...metadata,
    labels: { "causeway.dev/risk-tier": "high", "causeway.dev/owner": "credit-risk" },
  },
  spec: {
    ...goodWorkflowSpec(),
    templates: [
      {
        name: "main",
        dag: {
          tasks: [
            { name: "approval", template: "approval" },
            {
              name: "promote",
              template: "promote",
              depends: "approval.Succeeded",
              when: "{{tasks.approval.outputs.parameters.decision}} == approve",
            },
          ],
        },
      },
      { name: "approval", suspend: { duration: "60" } },
      {
        ...(goodWorkflowSpec()["templates"] as Props[])[1]!,
        name: "promote",
        serviceAccountName: "retraining-promoter",
      },
    ],
  },
};

ruleSuite(approval, {
  type: templateType,
  good: gated,
  deviations: {
    "a promotion that waits for nobody": (good) => ({
      deviant: unset(good, "spec.templates.0.dag.tasks.1.depends"),
      message:
        /^task "promote" of WorkflowTemplate "scorer-retraining" must depend on a suspended task and on its answer, because its model's risk tier is high, got depends nothing when/,
    }),
    "a promotion that takes silence for consent": (good) =>
      unset(good, "spec.templates.0.dag.tasks.1.when"),
    "a promotion after a task that does not wait": (good) =>
      unset(good, "spec.templates.1.suspend"),
    "a promotion also when the approval failed": (good) =>
      set(good, "spec.templates.0.dag.tasks.1.depends", "approval.Succeeded || approval.Failed"),
  },
  configured: [
    {
      title: "a promotion under an account that is no promoter's",
      parameters: { promoters: ["other"] },
      subject: (good) => unset(good, "spec.templates.0.dag.tasks.1.depends"),
      fires: false,
    },
  ],
});

test("a model of a lower tier may promote without a person", () => {
  const props = unset(
    set(gated, "metadata.labels", { "causeway.dev/risk-tier": "limited" }),
    "spec.templates.0.dag.tasks.1.depends",
  );
  expect(approval.check({ type: templateType, name: "scorer", props }, {})).toEqual([]);
});

const patch = JSON.stringify({ containers: [{ name: "main", image: "example.net/x" }] });
ruleSuite(overrides, {
  type: templateType,
  good: template,
  deviations: {
    "a patch of every pod": (good) => ({
      deviant: set(good, "spec.podSpecPatch", patch),
      message: /^WorkflowTemplate "scorer-retraining" must not set podSpecPatch$/,
    }),
    "a patch of a template's pod": (good) => set(good, "spec.templates.1.podSpecPatch", patch),
    "a patch of the pod that collects artifacts": (good) =>
      set(good, "spec.artifactGC", { strategy: "OnWorkflowDeletion", podSpecPatch: patch }),
    "an account that collects artifacts": (good) => ({
      deviant: set(good, "spec.artifactGC", {
        strategy: "OnWorkflowDeletion",
        serviceAccountName: "retraining-promoter",
      }),
      message: /must not set artifactGC\.serviceAccountName$/,
    }),
    "an account of the executor": (good) => ({
      deviant: set(good, "spec.executor", { serviceAccountName: "retraining-promoter" }),
      message: /must not set executor\.serviceAccountName$/,
    }),
  },
});
ruleSuite(overrides, {
  type: cronType,
  good: schedule,
  deviations: {
    "a patch of every pod": (good) => set(good, "spec.workflowSpec.podSpecPatch", patch),
  },
});
