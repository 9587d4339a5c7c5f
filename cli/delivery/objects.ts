import { z } from "zod";
import { imageDigest } from "../../services/contract/digests";
import { parseOrThrow } from "../../services/contract/problems";
import { servedReleaseSchema, type ServedRelease } from "../../services/evidence/release";
import { labelKeys } from "../../services/contract/labels";
import { documents, serverContainer } from "../../services/evidence/rollout";

const annotations = z.record(z.string(), z.string()).default({});
const template = z.object({
  metadata: z.object({ annotations }),
  spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string() })) }),
});

const step = z.looseObject({
  pause: z.object({ duration: z.union([z.string(), z.number()]).optional() }).optional(),
});

/** Who set which fields, as the API server keeps it; only the fields of the status are read. */
const managed = z.object({
  manager: z.string().default(""),
  fieldsV1: z.looseObject({ "f:status": z.record(z.string(), z.unknown()).optional() }).default({}),
});

/** What is read of a Rollout (argoproj.io/v1alpha1). */
export const rolloutSchema = z.object({
  metadata: z.object({
    name: z.string(),
    generation: z.number(),
    resourceVersion: z.string(),
    annotations,
    managedFields: z.array(managed).default([]),
  }),
  // Ten minutes where the object does not say, as Argo Rollouts has it.
  spec: z.object({
    progressDeadlineSeconds: z.number().default(600),
    paused: z.boolean().default(false),
    template,
    strategy: z.object({ canary: z.object({ steps: z.array(step).default([]) }) }),
  }),
  status: z
    .object({
      observedGeneration: z.string().default(""),
      phase: z.string().default(""),
      message: z.string().default(""),
      stableRS: z.string().default(""),
      currentPodHash: z.string().default(""),
      currentStepIndex: z.number().optional(),
      abort: z.boolean().default(false),
      abortedAt: z.string().optional(),
      controllerPause: z.boolean().default(false),
      pauseConditions: z.array(z.object({ reason: z.string(), startTime: z.string() })).default([]),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string() }))
        .default([]),
      canary: z
        .object({ currentStepAnalysisRunStatus: z.object({ status: z.string() }).optional() })
        .default({}),
    })
    .optional(),
});
export type Rollout = z.output<typeof rolloutSchema>;
export type RolloutStatus = NonNullable<Rollout["status"]>;

const measurement = z.object({
  phase: z.string(),
  value: z.string().optional(),
  metadata: z.record(z.string(), z.string()).default({}),
});
const metricResult = z.object({
  name: z.string(),
  phase: z.string(),
  message: z.string().optional(),
  successful: z.number().default(0),
  failed: z.number().default(0),
  inconclusive: z.number().default(0),
  error: z.number().default(0),
  measurements: z.array(measurement).default([]),
  metadata: z.record(z.string(), z.string()).default({}),
});

/** What is read of an AnalysisRun (argoproj.io/v1alpha1). */
export const analysisRunSchema = z.object({
  metadata: z.object({
    name: z.string(),
    creationTimestamp: z.string(),
    annotations,
    ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
  }),
  status: z
    .object({ phase: z.string().default(""), metricResults: z.array(metricResult).default([]) })
    .optional(),
});
export type AnalysisRun = z.output<typeof analysisRunSchema>;

/** What is read of a ReplicaSet (apps/v1). */
export const replicaSetSchema = z.object({
  metadata: z.object({
    creationTimestamp: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({ template }),
});
export type ReplicaSet = z.output<typeof replicaSetSchema>;

/** What is read of a VirtualService; its routes are handed back as they are. */
export const routesSchema = z.object({
  metadata: z.object({ resourceVersion: z.string(), annotations }),
  spec: z.object({
    http: z.array(z.looseObject({ name: z.string().optional(), timeout: z.string().optional() })),
  }),
});
export type LiveRoutes = z.output<typeof routesSchema>;

/**
 * Digest of the server's image in a Rollout or a ReplicaSet. Throws where there is none: the object
 * is then not one of ours.
 */
export function imageDigestOf({ spec }: Pick<Rollout, "spec"> | Pick<ReplicaSet, "spec">): string {
  const image =
    spec.template.spec.containers.find(({ name }) => name === serverContainer)?.image ??
    "no server";
  const digest = imageDigest(image);
  if (digest === undefined)
    throw new Error(`the image ${image} has no digest: it was not released by this platform`);
  return digest;
}

/** The release manifest that a Rollout's pods carry. */
export function releaseOf({ metadata, spec }: Rollout): ServedRelease {
  const text = spec.template.metadata.annotations[documents.release.annotation] ?? "null";
  return parseOrThrow(
    servedReleaseSchema,
    JSON.parse(text),
    `the release manifest in Rollout ${metadata.name}`,
  );
}

/** Region that a Rollout says it is in. */
export function regionOf({ metadata }: Rollout): string {
  const region = metadata.annotations[labelKeys.region];
  if (region === undefined)
    throw new Error(
      `Rollout ${metadata.name} does not say its region: bring it up to date with pulumi up`,
    );
  return region;
}

/** What the controller says, once it has seen the Rollout as it is; undefined before. */
export function observed({ metadata, status }: Rollout): RolloutStatus | undefined {
  return status?.observedGeneration === String(metadata.generation) ? status : undefined;
}

/** Whether a version is on trial. */
export function inFlight(status: RolloutStatus): boolean {
  return status.currentPodHash !== status.stableRS && status.stableRS !== "" && !status.abort;
}
