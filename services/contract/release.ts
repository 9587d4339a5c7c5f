import { z } from "zod";
import { digest, label, semanticVersion } from "./units";

const estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/**
 * What is known of one release: the evidence that travels with the model.
 * `published` says whether a registry holds the image; until it does, `image.digest` is the digest of the build inputs.
 */
export const releaseSchema = z.strictObject({
  model: label,
  version: semanticVersion,
  published: z.boolean(),
  createdAt: z.iso.datetime({ error: "a time such as 2026-11-24T03:00:00Z" }),
  /** Of the files of the release (`model.onnx`, `model-card.md`, `reference.json`, the listing of its reports) and of what it was made from. */
  digests: z.strictObject({ model: digest, data: digest, code: digest, contract: digest, card: digest, reference: digest, evidence: digest }),
  image: z.strictObject({ repository: z.string().min(1), digest }),
  evaluation: z.strictObject({
    rows: z.number().int().min(1),
    /** Metric name to point estimate and 95% bootstrap interval. */
    metrics: z.record(z.string(), estimate),
  }),
  fairness: z.array(
    z.strictObject({ attribute: z.string(), metric: z.string(), value: z.number(), low: z.number(), high: z.number(), passed: z.boolean(), mitigated: z.boolean() }),
  ),
  /** `digest` is that of `explainer.json`. */
  explanation: z.strictObject({ method: z.string(), digest }),
  /** Recorded approvals; a role, never a person's name, is what policy judges. */
  approvals: z.array(z.strictObject({ role: label, at: z.iso.datetime(), reference: z.string() })),
});

/** A validated release manifest: `services/models/<name>/release/manifest.json`. */
export type Release = z.output<typeof releaseSchema>;

/** The manifest as a running server gets it. */
export const servedReleaseSchema = releaseSchema.omit({ approvals: true });
export type ServedRelease = z.output<typeof servedReleaseSchema>;

/** A release without its approvals: recording one must not restart the pods that it approves. */
export function servedRelease({ approvals: _approvals, ...served }: Release): ServedRelease {
  return served;
}
