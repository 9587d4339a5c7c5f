import { z } from "zod";
import { imageDigest } from "../contract/digests";
import { labelKeys } from "../contract/labels";
import { serverContainer } from "../evidence/rollout";

/** Annotations of an object; none where it has none. */
export const annotations = z.record(z.string(), z.string()).default({});
/** Pods as a Rollout or a ReplicaSet makes them. */
export const template = z.object({
  metadata: z.object({ annotations }),
  spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string() })) }),
});
type Template = z.output<typeof template>;

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

/**
 * Digest of the server's image in a Rollout or a ReplicaSet. Throws where there is none: the object
 * is then not one of ours.
 */
export function imageDigestOf({
  spec,
}: {
  readonly spec: { readonly template: Template };
}): string {
  const image =
    spec.template.spec.containers.find(({ name }) => name === serverContainer)?.image ??
    "no server";
  const digest = imageDigest(image);
  if (digest === undefined)
    throw new Error(`the image ${image} has no digest: it was not released by this platform`);
  return digest;
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
