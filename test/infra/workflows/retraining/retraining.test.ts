import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modelsFolder } from "../../../harness/fixtures";
import { retrainingWebhook } from "../../../../infra/kubernetes/retraining-webhook";
import type { PolicyDocument } from "../../../../infra/aws/policy-document";
import { eventSource } from "../../../../infra/workflows/retraining/alert-trigger";
import { volumeLocations } from "../../../../infra/workflows/retraining/volume";
import { permissions } from "../../../../infra/workflows/retraining/permissions";
import { Retraining, type RetrainingArgs } from "../../../../infra/workflows/retraining/retraining";
import { runDeadline } from "../../../../infra/workflows/retraining/definition";
import { loadContract } from "../../../../services/contract/load";
import { project } from "../../../support/stacks";
import { only, record, type RecordedResource } from "../../../support/record";

const contract = loadContract(modelsFolder, "loan-approval");
const image = (name: string) => `registry.example.com/${name}@sha256:${"a".repeat(64)}`;
const args: RetrainingArgs = {
  region: "local",
  environment: "local",
  models: [{ contract, image: image("loan-approval") }],
  locations: volumeLocations,
  regions: ["local"],
  images: { training: image("training"), delivery: image("delivery") },
};
const build = (more: Partial<RetrainingArgs> = {}) =>
  record(() => void new Retraining("retraining", { ...args, ...more }));

interface Template {
  spec: {
    templates: {
      name: string;
      serviceAccountName?: string;
      container?: { image: string; args: string[] };
      dag?: { tasks: { name: string }[] };
    }[];
    onExit: string;
    arguments: { parameters: object[] };
    activeDeadlineSeconds: number;
    synchronization: object;
  };
}
const templateOf = (resources: readonly RecordedResource[]) =>
  only(resources, "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate").inputs as unknown as Template;
const tasksOf = (resources: readonly RecordedResource[]) =>
  templateOf(resources).spec.templates[0]!.dag!.tasks.map(({ name }) => name);

test("the steps are those of the training's own command, in its order, each a container of the training image", async () => {
  const steps = /^STEPS = \(([^)]*)\)$/m
    .exec(
      readFileSync(
        join(project, "services", "training", "causeway_training", "__main__.py"),
        "utf8",
      ),
    )![1]!
    .match(/[a-z]+/g)!;
  const accountOf = (name: string) =>
    ({
      promote: "retraining-promoter",
      attempt: "retraining-recorder",
      record: "retraining-recorder",
    })[name] ?? "retraining-trainer";
  const resources = await build();
  expect(tasksOf(resources)).toEqual([
    "admit",
    ...steps
      .filter((name) => name !== "release")
      .flatMap((name) => (name === "evaluate" ? ["attempt", name] : [name])),
    "candidate",
    "record",
    "approval",
    "promote",
    "champion",
  ]);
  for (const { name, container, serviceAccountName } of templateOf(resources).spec.templates.filter(
    (template) => template.container,
  )) {
    expect([name, container!.image, serviceAccountName]).toEqual([
      name,
      image(accountOf(name) === "retraining-trainer" ? "training" : "delivery"),
      accountOf(name),
    ]);
  }
});

test("a model whose releases need no person has no approval", async () => {
  const automatic = {
    ...contract,
    riskTier: "limited" as const,
    release: { ...contract.release, channel: "automatic" as const },
  };
  expect(
    tasksOf(await build({ models: [{ contract: automatic, image: image("loan-approval") }] })),
  ).not.toContain("approval");
});

test("schedule and sensor start the same template, and so share its mutex", async () => {
  const resources = await build();
  expect(templateOf(resources).spec.synchronization).toEqual({
    mutexes: [{ name: "loan-approval-retraining" }],
  });
  expect(
    only(resources, "kubernetes:argoproj.io/v1alpha1:CronWorkflow").inputs["spec"],
  ).toMatchObject({
    schedules: ["0 3 * * *"],
    timezone: "Etc/UTC",
    concurrencyPolicy: "Forbid",
    workflowSpec: { workflowTemplateRef: { name: "loan-approval-retraining" } },
  });
  expect(only(resources, "kubernetes:argoproj.io/v1alpha1:Sensor").inputs["spec"]).toMatchObject({
    triggers: [
      {
        template: {
          k8s: {
            operation: "create",
            source: {
              resource: {
                kind: "Workflow",
                spec: { workflowTemplateRef: { name: "loan-approval-retraining" } },
              },
            },
          },
        },
      },
    ],
  });
});

test("a run's deadline holds training, a person's three days, and each region's trial", async () => {
  expect(templateOf(await build()).spec).toHaveProperty(
    "activeDeadlineSeconds",
    expect.any(Number),
  );
  expect(runDeadline({ contract, regions: ["a", "b"] })).toBe((6 + 72 + 2 * 74) * 3_600);
});

test("the promoter may get and patch the Rollouts of the models by name, the sensor create workflows, and nobody more", async () => {
  const roles = (await build())
    .filter(({ type }) => type.endsWith(":Role"))
    .map(({ inputs }) => [
      (inputs["metadata"] as { namespace: string }).namespace,
      inputs["rules"],
    ]);
  const report = [
    { apiGroups: ["argoproj.io"], resources: ["workflowtaskresults"], verbs: ["create", "patch"] },
  ];
  expect(roles.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual([
    [
      "causeway-models",
      [
        {
          apiGroups: ["argoproj.io"],
          resources: ["rollouts"],
          resourceNames: ["loan-approval"],
          verbs: ["get", "patch"],
        },
      ],
    ],
    [
      "causeway-training",
      [{ apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create"] }],
    ],
    ["causeway-training", report],
    ["causeway-training", report],
    ["causeway-training", report],
  ]);
});

test("what a run did is recorded before anybody is asked to approve it, and once more however it ends, by an account that does not train", async () => {
  const { spec } = templateOf(await build());
  const task = (name: string) => spec.templates[0]!.dag!.tasks.find((one) => one.name === name);
  expect([task("record"), task("approval")]).toMatchObject([
    { depends: "candidate.Succeeded" },
    { depends: "record.Succeeded" },
  ]);
  expect(spec.onExit).toBe("record");
  const { container, serviceAccountName } = spec.templates.find(({ name }) => name === "record")!;
  expect([serviceAccountName, container!.args]).toEqual([
    "retraining-recorder",
    [
      "file:///lake/runs/loan-approval/{{workflow.name}}",
      "--ledger=/lake/ledger",
      "--actor=retraining-trainer",
      "--run={{workflow.name}}",
    ],
  ]);
});

test("a run is counted as an attempt to replace the champion before it is judged, by the ledger and not by who starts it", async () => {
  const { spec } = templateOf(await build());
  const task = (name: string) => spec.templates[0]!.dag!.tasks.find((one) => one.name === name);
  expect([task("attempt"), task("evaluate")]).toEqual([
    { name: "attempt", template: "attempt", depends: "train.Succeeded" },
    {
      name: "evaluate",
      template: "evaluate",
      depends: "attempt.Succeeded",
      arguments: {
        parameters: [{ name: "attempt", value: "{{tasks.attempt.outputs.parameters.attempt}}" }],
      },
    },
  ]);
  const of = (name: string) => spec.templates.find((template) => template.name === name)!;
  expect(of("attempt").container).toMatchObject({
    command: ["/nodejs/bin/node", "/app/record-attempt.js"],
    args: [
      "file:///lake/runs/loan-approval/{{workflow.name}}",
      "--ledger=/lake/ledger",
      "--actor=retraining-trainer",
      "--run={{workflow.name}}",
      "--output=/tmp/outputs/attempt",
    ],
  });
  expect(of("evaluate").container!.args).toContain("--attempt={{inputs.parameters.attempt}}");
  // Nobody gives it from outside.
  expect(spec.arguments.parameters).toMatchObject([
    { name: "trigger" },
    { name: "causes" },
    { name: "server" },
  ]);
});

test("in AWS the recorder and the promoter write the ledger, and nobody who trains; of runs the recorder reads the facts and no rows", () => {
  const scope = {
    organization: "example",
    account: "111122223333",
    stack: "prod",
    regions: ["eu-west-1"],
  } as const;
  expect(JSON.stringify(permissions.trainer(scope))).not.toContain("-audit-");
  for (const document of [permissions.recorder(scope), permissions.promoter(scope)]) {
    const text = JSON.stringify(document);
    expect(text).toContain("example-causeway-prod-audit-*/ledger/*");
    expect(text).not.toContain("-data-");
    expect(text).not.toContain("Delete");
  }
  const ofRuns = (document: PolicyDocument) =>
    document.Statement.filter(({ Action }) => Action.includes("s3:GetObject"))
      .flatMap(({ Resource }) => Resource ?? [])
      .filter((resource) => resource.includes("-artifacts-"));
  expect(ofRuns(permissions.recorder(scope))).toEqual([
    "arn:aws:s3:::example-causeway-prod-artifacts-*/runs/*/facts/*",
  ]);
  expect(ofRuns(permissions.promoter(scope))).toEqual([]);
});

test("the webhook is where Alertmanager posts", () => {
  const { metadata, spec } = eventSource();
  const { port, endpoint } = spec.webhook.alerts!;
  expect(retrainingWebhook).toBe(
    `http://${metadata.name}-eventsource-svc.${metadata.namespace}.svc:${port}${endpoint}`,
  );
  expect(spec.service.ports[0]!.port).toBe(Number(port));
});

test("every problem is said at once", async () => {
  const long = { ...contract, name: "a".repeat(42) };
  await expect(
    build({
      models: [{ contract: long, image: image("x") }],
      regions: [],
      locations: { ...volumeLocations, runs: "s3://x/" },
    }),
  ).rejects.toThrow(
    /regions \(none\) must name at least one region; locations\.runs \(s3:\/\/x\/\) must not end with a slash; the name a{42}-retraining \(53 characters\) must be at most 52 characters/,
  );
});
