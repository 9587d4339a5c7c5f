import { z } from "zod";
import { readJson } from "../../services/contract/json";
import { parseOrThrow } from "../../services/contract/problems";
import { servedReleaseSchema, type ServedRelease } from "../../services/evidence/release";
import {
  annotations,
  template,
  type Rollout,
  type RolloutStatus,
} from "../../services/delivery/live-rollout";
import { documents } from "../../services/evidence/rollout";

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

/** The release manifest that a Rollout's pods carry. */
export function releaseOf({ metadata, spec }: Rollout): ServedRelease {
  const text = spec.template.metadata.annotations[documents.release.annotation] ?? "null";
  const source = `the release manifest in Rollout ${metadata.name}`;
  return parseOrThrow(servedReleaseSchema, readJson(text, source), source);
}

/** Whether a version is on trial. */
export function inFlight(status: RolloutStatus): boolean {
  return status.currentPodHash !== status.stableRS && status.stableRS !== "" && !status.abort;
}
