import { z } from "zod";
import { digest } from "../contract/digests";
import { label, semanticVersion } from "../contract/units";
import { entryReference } from "./ledger/entry";

/**
 * How a rollout can end: it serves all requests, its analysis or its deadline ended it, or a person
 * did.
 */
export const outcomes = ["promoted", "rolled-back", "aborted"] as const;
export type Outcome = (typeof outcomes)[number];

const time = z.iso.datetime({ error: "a time such as 2026-11-24T03:00:00Z" });
const count = z.number().int().min(0);

/** One metric of an analysis: what it said at its last look, and how many looks said what. */
const judgedMetric = z.strictObject({
  metric: z.string(),
  /**
   * Phase of the metric as the controller names it, e.g. `Successful`, `Failed`, `Inconclusive`.
   */
  phase: z.string(),
  /**
   * The last value as the provider gave it, e.g. `[0.0021]`: the test statistic, the sample or the
   * ratio that the query computes. Absent where nothing was measured.
   */
  value: z.string().optional(),
  looks: z.strictObject({ successful: count, failed: count, inconclusive: count, error: count }),
  /** The query with its arguments filled in. */
  query: z.string().optional(),
  message: z.string().optional(),
});

/**
 * The record of one rollout of one release in one region:
 * `services/models/<model>/verdicts/*.json`.
 */
export const verdictSchema = z.strictObject({
  model: label,
  version: semanticVersion,
  /** Digest of the image that was on trial. */
  digest,
  region: label,
  outcome: z.enum(outcomes),
  /**
   * Why, in the controller's words, and the start deadline where it missed that; empty for a
   * promotion.
   */
  message: z.string(),
  strategy: z.enum(["canary", "ab", "shadow"]),
  /** Hash by which Argo Rollouts tells versions of a model apart. */
  podTemplateHash: z.string().min(1),
  startedAt: time,
  finishedAt: time,
  card: z.strictObject({ path: z.string(), digest }),
  analyses: z.array(
    z.strictObject({ name: z.string(), phase: z.string(), metrics: z.array(judgedMetric) }),
  ),
  approvals: z.array(
    z.strictObject({
      actor: z.string(),
      role: label,
      reason: z.string(),
      at: time,
      ledger: entryReference,
    }),
  ),
  recordedBy: z.string(),
  recordedAt: time,
});
export type Verdict = z.output<typeof verdictSchema>;

/**
 * An override: the release that failed is tried again, for a stated reason that the ledger holds.
 */
export const retrySchema = z.strictObject({
  /** Image that is tried again. */
  digest,
  reason: z
    .string({ error: "a reason in words, 10 characters or more" })
    .min(10, "a reason in words, 10 characters or more"),
  /** When it was decided; a verdict after that needs a new decision. */
  at: time,
  /** Entry of the audit ledger: `npx causeway delivery override` writes it and prints this block. */
  ledger: entryReference,
});
export type Retry = z.output<typeof retrySchema>;

/** Name of a verdict's file; a version that is tried again gets another. */
export function verdictFile({
  version,
  region,
  finishedAt,
}: Pick<Verdict, "version" | "region" | "finishedAt">): string {
  return `${version}-${region}-${new Date(finishedAt).toISOString().replace(/[-:]|\.\d+/g, "")}.json`;
}

/** Order of verdicts, newest first. */
export function newest(a: Pick<Verdict, "finishedAt">, b: Pick<Verdict, "finishedAt">): number {
  return Date.parse(b.finishedAt) - Date.parse(a.finishedAt);
}

/** The newest verdict over an image in a region, or over any image. */
export function latestVerdict<V extends Pick<Verdict, "region" | "digest" | "finishedAt">>(
  verdicts: readonly V[],
  region: string,
  of?: string,
): V | undefined {
  return verdicts
    .filter((verdict) => verdict.region === region && (of === undefined || verdict.digest === of))
    .sort(newest)[0];
}

type Judged = Pick<Verdict, "region" | "digest" | "outcome" | "finishedAt">;

/**
 * The verdict that forbids an image, or none: the newest over it in any region that is not a
 * promotion. A failure in one region forbids the image in all, until a later trial there ends well
 * or a retry is decided after it.
 */
export function forbiddingVerdict<V extends Judged>(
  image: string,
  verdicts: readonly V[],
  retry?: Pick<Retry, "digest" | "at">,
): V | undefined {
  const regions = [...new Set(verdicts.map(({ region }) => region))];
  const overridden = ({ finishedAt }: V) =>
    retry?.digest === image && Date.parse(retry.at) >= Date.parse(finishedAt);
  return regions
    .map((region) => latestVerdict(verdicts, region, image))
    .filter((verdict) => verdict !== undefined)
    .filter((verdict) => verdict.outcome !== "promoted" && !overridden(verdict))
    .sort(newest)[0];
}
