import type * as pulumi from "@pulumi/pulumi";
import { ringSecret } from "../erasure/definition";
import { containerSecurityContext, podSecurityContext } from "../../kubernetes/security-context";
import { dataVolume, usesVolume } from "./volume";
import {
  deadlines,
  retrainingLabels,
  retrainingNames,
  runDeadline,
  trainingMetadata,
  type RetrainingImages,
  type RetrainingSettings,
} from "./definition";
import { output, outputsFolder, type Step } from "./step";
import {
  accountOf,
  approval,
  needsKeys,
  parameters,
  recordStep,
  runSteps,
  scheduledParameters,
} from "./steps";
import { labelKeys } from "../../../services/contract/labels";
import { accounts } from "../../kubernetes/labels";

/** Name of the template that a run starts with. */
const entrypoint = "run";

/**
 * Exit codes that are an answer and not a fault: an input that cannot be used, a gate that did not
 * hold (services/training/causeway_training/errors.py).
 */
const answers = [2, 3] as const;

/**
 * Tries again after 30 s, 1 min and 2 min what a lost node, a full disk or a slow store broke, and
 * never what a gate refused. An exit code is missing (-1) when the pod itself was lost.
 */
const retryStrategy = {
  limit: 3,
  retryPolicy: "Always",
  backoff: { duration: "30s", factor: 2, maxDuration: "15m" },
  expression: `not (asInt(lastRetry.exitCode) in [${answers.join(", ")}])`,
} as const;

/**
 * The workflow that retrains a model, from the admission of the run to the replacement of the
 * champion. `server` is the image that a release is added to, by digest.
 */
export function workflowTemplate(
  settings: RetrainingSettings,
  images: RetrainingImages<pulumi.Input<string>>,
  server: pulumi.Input<string>,
) {
  const { contract } = settings;
  const names = retrainingNames(contract.name);
  const metadata = trainingMetadata(contract.name, names.template);
  const steps = runSteps(settings);
  const gated = contract.release.channel === "approval";
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "WorkflowTemplate",
    metadata: {
      ...metadata,
      labels: {
        ...metadata.labels,
        [labelKeys.owner]: contract.owner.team,
        [labelKeys.riskTier]: contract.riskTier,
      },
    },
    spec: {
      entrypoint,
      // A run that a gate or a fault ended is on record too.
      onExit: recordStep,
      arguments: {
        parameters: [...scheduledParameters, { name: parameters.server, value: server }],
      },
      workflowMetadata: { labels: retrainingLabels(contract.name) },
      serviceAccountName: accounts.trainer,
      automountServiceAccountToken: true,
      hostNetwork: false,
      securityContext: podSecurityContext,
      // One run of a model at a time, whoever started it; a second one waits, and is then asked
      // whether it may still run.
      synchronization: { mutexes: [{ name: names.mutex }] },
      activeDeadlineSeconds: runDeadline(settings),
      podGC: { strategy: "OnPodSuccess", deleteDelayDuration: "600s" },
      ttlStrategy: { secondsAfterCompletion: 30 * 86_400 },
      volumes: volumes(settings),
      templates: [
        dag(steps, gated),
        ...(gated ? [approvalNode] : []),
        ...steps.map((step) => containerTemplate(step, images[step.image], settings)),
      ],
    },
  };
}

function volumes({ contract, locations }: RetrainingSettings) {
  return [
    { name: "tmp", emptyDir: { sizeLimit: "4Gi" } },
    ...(needsKeys(contract)
      ? [{ name: "keys", secret: { secretName: ringSecret.name, defaultMode: 0o440 } }]
      : []),
    ...(usesVolume(locations)
      ? [{ name: "lake", persistentVolumeClaim: { claimName: dataVolume.claim } }]
      : []),
  ];
}

function dag(steps: readonly Step[], gated: boolean) {
  const gate = { name: approval.name, template: approval.name, depends: `${recordStep}.Succeeded` };
  const tasks = steps.map(({ name, after, when, input }) => ({
    name,
    template: name,
    // A step that was skipped is no success, so a refused admission or approval ends the run
    // without running the rest.
    ...(after.length > 0 && { depends: after.map((other) => `${other}.Succeeded`).join(" && ") }),
    ...(when !== undefined && { when }),
    ...(input && {
      arguments: { parameters: [{ name: input.name, value: output(input.from, input.name) }] },
    }),
  }));
  return {
    name: entrypoint,
    dag: {
      failFast: true,
      tasks: gated
        ? tasks.flatMap((task) => (task.name === "promote" ? [gate, task] : [task]))
        : tasks,
    },
  };
}

/**
 * Waits for a person, who answers `approve`. Resuming without an answer, and letting the time pass,
 * promote nothing.
 */
const approvalNode = {
  name: approval.name,
  suspend: { duration: String(deadlines.approval) },
  outputs: {
    parameters: [
      {
        name: approval.answer,
        enum: [approval.none, approval.yes],
        valueFrom: { supplied: {}, default: approval.none },
      },
    ],
  },
} as const;

/**
 * Has S3 asked by the name of its region, in us-east-1 too: the endpoint in the network has no other.
 */
function regionalNames(region: string) {
  return [
    { name: "AWS_REGION", value: region },
    { name: "AWS_DEFAULT_REGION", value: region },
    { name: "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", value: "regional" },
  ];
}

function containerTemplate(
  step: Step,
  image: pulumi.Input<string>,
  { contract, home, locations }: RetrainingSettings,
) {
  const onVolume = usesVolume(locations);
  const { name, input, output: written, retried, deadlineSeconds, memory } = step;
  return {
    name,
    metadata: { labels: retrainingLabels(contract.name) },
    serviceAccountName: accountOf(step),
    automountServiceAccountToken: true,
    activeDeadlineSeconds: deadlineSeconds,
    ...(retried && { retryStrategy }),
    ...(input && { inputs: { parameters: [{ name: input.name }] } }),
    container: {
      name: "main",
      image,
      imagePullPolicy: "IfNotPresent",
      command: [...step.command],
      args: [...step.args],
      ...(!onVolume && { env: regionalNames(home) }),
      resources: {
        requests: { cpu: step.image === "training" ? "1" : "100m", memory },
        limits: { memory, "ephemeral-storage": "6Gi" },
      },
      securityContext: containerSecurityContext,
      volumeMounts: [
        { name: "tmp", mountPath: "/tmp" },
        ...(step.image === "training" && needsKeys(contract)
          ? [{ name: "keys", mountPath: ringSecret.folder, readOnly: true }]
          : []),
        ...(onVolume ? [{ name: "lake", mountPath: dataVolume.folder }] : []),
      ],
    },
    ...(written !== undefined && {
      outputs: {
        parameters: [{ name: written, valueFrom: { path: `${outputsFolder}/${written}` } }],
      },
    }),
  };
}
