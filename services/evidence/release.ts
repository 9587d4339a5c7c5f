import { z } from "zod";
import { digest } from "../contract/digests";
import { label, semanticVersion } from "../contract/units";
import { entryReference } from "./ledger/entry";

const moment = z.iso.datetime({ error: "a time such as 2026-11-24T03:00:00Z" });
/** A value of the contract's time column: a text, or a number. */
const time = z.union([z.string(), z.number()]);
const estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** Severities of what a scanner can find, in rising order; `none` where it found nothing. */
export const severities = ["none", "low", "medium", "high", "critical"] as const;

/** A vulnerability scan of an image. */
export const scanSchema = z.strictObject({
  scanner: z.string().min(1),
  at: moment,
  digest,
  highest: z.enum(severities),
});
export type Scan = z.output<typeof scanSchema>;

/** Base64 in its one form: what decodes to the same bytes under another text is refused. */
export const base64 = z
  .string()
  .refine((text) => Buffer.from(text, "base64").toString("base64") === text, "base64");
/** A signature, and the key that made it as `keyIdOf` names it. */
export const signatureSchema = z.strictObject({ keyid: z.string(), sig: base64 });

/**
 * An approval as the audit ledger holds it; `npx causeway release attest` copies it from there into the
 * manifest.
 */
export const approvalSchema = z.strictObject({
  role: label,
  at: moment,
  /**
   * Who approved, as the system that took the approval knows them: two approvals of one person are
   * one.
   */
  actor: z.string().min(1),
  /** Digest of the image that was approved. */
  image: digest,
  /** Hash of the ledger's entry. */
  reference: entryReference,
  /** By the approver's own key, where they have one. */
  signature: signatureSchema.optional(),
  /** Details of the entry, which the signature covers; absent without one. */
  details: z.record(z.string(), z.json()).optional(),
});
export type Approval = z.output<typeof approvalSchema>;

/**
 * How a fairness gate came out: its interval is within the bound, beyond it, or on both sides, or a
 * declared group had too few rows. A person decides about what is not shown.
 */
export const fairnessOutcomes = ["held", "failed", "not shown"] as const;

/**
 * What is known of one release: the evidence that travels with the model.
 * `published` says whether a registry holds the image; until it does, `image.digest` is the digest
 * of the build inputs.
 */
export const releaseSchema = z.strictObject({
  model: label,
  version: semanticVersion,
  published: z.boolean(),
  createdAt: moment,
  /**
   * Of the files of the release (`model.onnx`, `model-card.md`, `reference.json`, the listing of
   * its reports) and of what it was made from: `contract` is the configuration, `environment` the
   * lock of the training packages.
   */
  digests: z.strictObject({
    model: digest,
    data: digest,
    code: digest,
    contract: digest,
    environment: digest,
    card: digest,
    reference: digest,
    evidence: digest,
  }),
  image: z.strictObject({ repository: z.string().min(1), digest }),
  /**
   * Digests of the bills of materials (CycloneDX) of the two images: of the server, and of the
   * training steps.
   */
  bills: z.strictObject({ server: digest, training: digest }),
  /** What a scanner found in the published image; absent until one has looked. */
  scan: scanSchema.optional(),
  evaluation: z.strictObject({
    rows: z.number().int().min(1),
    /** Metric name to point estimate and 95% bootstrap interval. */
    metrics: z.record(z.string(), estimate),
  }),
  fairness: z.array(
    z.strictObject({
      attribute: z.string(),
      metric: z.string(),
      /** Null where nothing could be compared. */
      value: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      outcome: z.enum(fairnessOutcomes),
      /** Declared groups, or rates of them, with too few held-out rows. */
      notJudged: z.array(z.string()),
      mitigated: z.boolean(),
    }),
  ),
  /** The gates of the contract and of the steps, as they were judged. */
  gates: z.array(
    z.strictObject({
      gate: z.string(),
      value: z.number().nullable(),
      min: z.number().optional(),
      max: z.number().optional(),
      passed: z.boolean(),
      /** Of a gate on an interval, which can also be not shown. */
      outcome: z.enum(fairnessOutcomes).optional(),
    }),
  ),
  /**
   * How the model was compared with the champion that it replaces: `attempt` counts the challengers
   * of that champion, `level` is the significance that is left for this one. `newerThan` is the time
   * of the newest row that either was made with; null without a time column. Absent without a
   * champion.
   */
  comparison: z
    .strictObject({
      champion: semanticVersion,
      metric: z.string(),
      attempt: z.number().int().min(1),
      level: z.number(),
      p: z.number().nullable(),
      rows: z.number().int().min(1),
      newerThan: time.nullable(),
    })
    .optional(),
  /**
   * Time of the newest row that the model was trained or chosen on: its challengers are compared
   * with it on newer ones. Absent without a time column.
   */
  newestRow: time.optional(),
  /**
   * Features that alone separate the labels beyond the limit of the step `validate`, and the
   * contract's reason why they do not leak; absent where there is none.
   */
  leakageExceptions: z
    .array(z.strictObject({ feature: z.string(), auc: z.number(), reason: z.string() }))
    .optional(),
  /**
   * Which of the offered forms of the model was kept, e.g. `original` or `student-int8`;
   * `compression.json` says why.
   */
  compression: z.strictObject({ kept: z.string() }),
  /** `digest` is that of `explainer.json`. */
  explanation: z.strictObject({ method: z.string(), digest }),
  /** Recorded approvals of the published image, from the ledger. */
  approvals: z.array(approvalSchema),
});

/** A validated release manifest: `services/models/<name>/release/manifest.json`. */
export type Release = z.output<typeof releaseSchema>;

/** The manifest as a running server gets it. */
export const servedReleaseSchema = releaseSchema.omit({ approvals: true });
export type ServedRelease = z.output<typeof servedReleaseSchema>;

/** Fairness results of a release about which a person has to decide, each in words. */
export function undecidedFairness({ fairness }: Pick<Release, "fairness">): string[] {
  return fairness
    .filter(({ outcome }) => outcome === "not shown")
    .map(({ metric, attribute }) => `${metric} of ${attribute}`);
}

/** A release without its approvals: recording one must not restart the pods that it approves. */
export function servedRelease({ approvals: _approvals, ...served }: Release): ServedRelease {
  return served;
}

/**
 * What was known when the release was packaged and went into its image. Publishing adds the rest:
 * the image's digest can be in no file of the image, and scans and approvals come later still.
 */
export function packagedPart({
  published: _published,
  image: _image,
  bills: _bills,
  scan: _scan,
  ...packaged
}: ServedRelease): Omit<ServedRelease, "published" | "image" | "bills" | "scan"> {
  return packaged;
}
