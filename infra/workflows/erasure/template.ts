import type * as pulumi from "@pulumi/pulumi";
import { dataVolume } from "../retraining/volume";
import {
  ledgerOptions,
  triggers,
  type LedgerPlace,
  type RetrainingImages,
} from "../retraining/definition";
import { deliveryCommand, outputsFolder } from "../retraining/step";
import { parameters as runParameters } from "../retraining/steps";
import { containerSecurityContext, podSecurityContext } from "../../kubernetes/security-context";
import { eraseAccount, namespaces, accounts, erasureLabels } from "../../kubernetes/labels";
import { logsArguments, logsMount, logsVolume } from "./logs";
import {
  approvalSeconds,
  erasureParameters,
  regionsSeconds,
  ringSecret,
  workSeconds,
} from "./definition";

/** What an erasure is made from. */
export interface ErasureSettings<Image> {
  /** Lake and runs: every location that may hold rows, in every region. */
  readonly searched: readonly string[];
  /** The audit ledger. */
  readonly record: LedgerPlace;
  /** Whether these lie on the volume of an existing cluster. */
  readonly onVolume: boolean;
  readonly images: RetrainingImages<Image>;
  /** Region of the log store whose lines go too. @default no log store */
  readonly logs?: string | undefined;
  /**
   * Other regions, and where they are asked to erase what home does not reach. @default home is the
   * only region
   */
  readonly asking?: Asking | undefined;
}

/** Regions that are asked, and where. */
export interface Asking {
  readonly regions: readonly string[];
  readonly orders: string;
}

const given = (name: (typeof erasureParameters)[number]) => `{{workflow.parameters.${name}}}`;
const answerOf = (task: string, name: string) => `{{tasks.${task}.outputs.parameters.${name}}}`;
/** Exit code 2 and 3 are answers (services/training/causeway_training/errors.py). */
const retryStrategy = {
  limit: 3,
  retryPolicy: "Always",
  backoff: { duration: "30s", factor: 2, maxDuration: "15m" },
  expression: "not (asInt(lastRetry.exitCode) in [2, 3])",
} as const;
const decision = { task: "approval", name: "decision", yes: "approve", none: "none" } as const;
const approved = {
  depends: `${decision.task}.Succeeded`,
  when: `${answerOf(decision.task, decision.name)} == ${decision.yes}`,
};

/**
 * The workflow that erases one subject: find what it reached, wait for a second person, ask the
 * other regions, erase and search, put it on record, retrain where the contract says so. Whoever
 * may start it may not answer for the second person: that takes the right to change a workflow.
 */
export function erasureTemplate(settings: ErasureSettings<pulumi.Input<string>>) {
  const { onVolume, logs, asking } = settings;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "WorkflowTemplate",
    metadata: { name: eraseAccount, namespace: namespaces.training, labels: erasureLabels },
    spec: {
      entrypoint: "run",
      arguments: { parameters: erasureParameters.map((name) => ({ name })) },
      workflowMetadata: { labels: erasureLabels },
      serviceAccountName: eraseAccount,
      automountServiceAccountToken: true,
      hostNetwork: false,
      securityContext: podSecurityContext,
      synchronization: { mutexes: [{ name: eraseAccount }] },
      activeDeadlineSeconds: approvalSeconds + regionsSeconds + 4 * workSeconds,
      podGC: { strategy: "OnPodSuccess", deleteDelayDuration: "600s" },
      // The workflow object names the pseudonym: it goes a day after its end.
      ttlStrategy: { secondsAfterCompletion: 86_400 },
      volumes: [
        { name: "tmp", emptyDir: { sizeLimit: "4Gi" } },
        { name: "keys", secret: { secretName: ringSecret.name, defaultMode: 0o440 } },
        ...(onVolume
          ? [{ name: "lake", persistentVolumeClaim: { claimName: dataVolume.claim } }]
          : []),
        ...(logs === undefined ? [] : [logsVolume]),
      ],
      templates: [
        dag(asking !== undefined),
        approval,
        work(settings, "find"),
        ...(asking ? [work(settings, "ask")] : []),
        work(settings, "erase"),
        record(settings),
        retrain,
      ],
    },
  };
}

/**
 * The other regions erase before home does: what their lines tell leads home to feedback. A step
 * that was left out is no success, so nobody erases without the answer.
 */
const dag = (asks: boolean) => ({
  name: "run",
  dag: {
    failFast: true,
    tasks: [
      { name: "find", template: "find" },
      { name: decision.task, template: decision.task, depends: "find.Succeeded" },
      ...(asks
        ? [
            { name: "ask", template: "ask", ...approved },
            { name: "erase", template: "erase", depends: "ask.Succeeded" },
          ]
        : [{ name: "erase", template: "erase", ...approved }]),
      {
        name: "record",
        template: "record",
        depends: "erase.Succeeded",
        arguments: { parameters: [{ name: "answer", value: answerOf("erase", "answer") }] },
      },
      {
        name: "retrain",
        template: "retrain",
        depends: "record.Succeeded",
        when: `${answerOf("erase", "retrain")} == true`,
      },
    ],
  },
});

/**
 * Waits for a second person, who reads what was found and answers `approve`. Resuming without an
 * answer, and letting the time pass, erase nothing.
 */
const approval = {
  name: decision.task,
  suspend: { duration: String(approvalSeconds) },
  outputs: {
    parameters: [
      {
        name: decision.name,
        enum: [decision.none, decision.yes],
        valueFrom: { supplied: {}, default: decision.none },
      },
    ],
  },
} as const;

function work(
  { searched, onVolume, images, logs, asking }: ErasureSettings<pulumi.Input<string>>,
  command: "find" | "ask" | "erase",
) {
  const waits = command === "ask" ? regionsSeconds : 0;
  return {
    name: command,
    metadata: { labels: erasureLabels },
    serviceAccountName: eraseAccount,
    automountServiceAccountToken: true,
    activeDeadlineSeconds: waits + workSeconds,
    retryStrategy,
    // No run of the model writes rows while others are taken away.
    ...(command === "erase" && {
      synchronization: { mutexes: [{ name: `${given("model")}-retraining` }] },
    }),
    container: {
      ...container(images.training, "4Gi", onVolume, logs === undefined ? [] : [logsMount]),
      command: ["python", "-m", "causeway_training.erasing"],
      args: [
        command,
        `--contract=services/models/${given("model")}/model.yaml`,
        `--pseudonym=${given("pseudonym")}`,
        `--subject-key=${ringSecret.folder}/${ringSecret.key}`,
        ...searched.map((location) => `--at=${location}`),
        ...(logs === undefined ? [] : logsArguments(logs)),
        ...(asking && command !== "find" ? askingArguments(asking, waits) : []),
        ...(command === "ask" ? [] : [`--answer=${outputsFolder}`]),
      ],
    },
    // Whoever waits for the regions hands nothing on: their answers name predictions, and stay
    // where they are.
    ...(command !== "ask" && {
      outputs: {
        parameters: ["answer", "retrain"].map((name) => ({
          name,
          valueFrom: { path: `${outputsFolder}/${name}` },
        })),
      },
    }),
  };
}

function askingArguments({ regions, orders }: Asking, waits: number): string[] {
  return [
    `--orders=${orders}`,
    "--asked-by={{workflow.name}}",
    ...regions.map((region) => `--region=${region}`),
    ...(waits > 0 ? [`--wait-seconds=${waits}`] : []),
  ];
}

function record({
  record: place,
  onVolume,
  images,
  asking,
}: ErasureSettings<pulumi.Input<string>>) {
  return {
    name: "record",
    metadata: { labels: erasureLabels },
    serviceAccountName: accounts.recorder,
    automountServiceAccountToken: true,
    activeDeadlineSeconds: workSeconds,
    retryStrategy,
    inputs: { parameters: [{ name: "answer" }] },
    container: {
      ...container(images.delivery, "256Mi", onVolume),
      command: [...deliveryCommand("record-erasure")],
      args: [
        "--answer={{inputs.parameters.answer}}",
        `--pseudonym=${given("pseudonym")}`,
        `--reason=${given("reason")}`,
        ...ledgerOptions(place),
        `--actor=${eraseAccount}`,
        "--run={{workflow.name}}",
        ...(asking?.regions ?? []).map((region) => `--region=${region}`),
      ],
    },
  };
}

/** By the account that may create workflows and nothing else. */
const retrain = {
  name: "retrain",
  metadata: { labels: erasureLabels },
  serviceAccountName: accounts.sensor,
  automountServiceAccountToken: true,
  activeDeadlineSeconds: 600,
  resource: {
    action: "create",
    manifest: JSON.stringify({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: { generateName: `${given("model")}-erasure-`, namespace: namespaces.training },
      spec: {
        workflowTemplateRef: { name: `${given("model")}-retraining` },
        arguments: {
          parameters: [
            { name: runParameters.trigger, value: triggers.erasure },
            { name: runParameters.causes, value: "[]" },
          ],
        },
      },
    }),
  },
};

function container(
  image: pulumi.Input<string>,
  memory: string,
  onVolume: boolean,
  more: readonly object[] = [],
) {
  return {
    name: "main",
    image,
    imagePullPolicy: "IfNotPresent",
    resources: {
      requests: { cpu: "100m", memory },
      limits: { memory, "ephemeral-storage": "6Gi" },
    },
    securityContext: containerSecurityContext,
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      { name: "keys", mountPath: ringSecret.folder, readOnly: true },
      ...(onVolume ? [{ name: "lake", mountPath: dataVolume.folder }] : []),
      ...more,
    ],
  };
}
