import { createHmac, randomBytes } from "node:crypto";
import { z } from "zod";
import { digest } from "../contract/digests";
import type { Fact } from "../evidence/ledger";
import { loadRelease } from "../evidence/load";
import type { Release } from "../evidence/release";
import { latestVerdict, type Verdict } from "../evidence/verdict";

const count = z.number().int().min(0);
const searched = z.object({
  files: count,
  bytes: count,
  found: z.array(z.string()),
  closed: z.array(z.string()),
});

/** A run that the subject's rows went into, and what it made. */
const reachedRun = z.object({
  run: z.string(),
  dataset: digest.nullable(),
  version: z.string().optional(),
  model: digest.optional(),
  image: digest.nullable().optional(),
});

const askedRegion = z.object({
  region: z.string(),
  state: z.enum(["silent", "found", "failed", "refused", "erased"]),
  lines: count,
  left: count.nullable(),
  problem: z.string().nullable(),
});

/** What `python -m causeway_training.erasing` answers. */
export const answerSchema = z.object({
  model: z.string(),
  retrain: z.boolean(),
  runs: z.array(reachedRun),
  search: searched,
  erased: z
    .object({ files: count, rows: count, versions: count, left: z.array(z.string()) })
    .optional(),
  /** Name or address of the log store that was looked into; null where none was. */
  logs: z.string().nullable().optional(),
  logLines: count.nullable(),
  logLinesLeft: count.nullable().optional(),
  /**
   * Other regions that were asked, each with what it said last; `silent` is one that has said
   * nothing.
   */
  regions: z.array(askedRegion).optional(),
  clean: z.boolean().optional(),
  /** Whether nothing named the subject, as where somebody misspelt it. */
  nowhere: z.boolean().optional(),
});
export type Answer = z.output<typeof answerSchema>;

/** What a subject's data reached. */
export interface Lineage {
  readonly datasets: readonly string[];
  readonly models: readonly string[];
  readonly images: readonly string[];
  /** Regions that serve one of those images, with it. */
  readonly live: readonly {
    readonly region: string;
    readonly image: string;
    readonly source: string;
  }[];
}

/** Digests of live images by region, as the stack's outputs have them. */
export const outputsSchema = z.record(
  z.string(),
  z.record(z.string(), z.object({ live: z.object({ digest: z.string().optional() }) })),
);
export type LiveOutputs = z.output<typeof outputsSchema>;

/**
 * Joins the runs that hold the subject's rows with the release in the repository, the verdicts, and
 * what the stack says is live.
 */
export function lineageOf(
  answer: Pick<Answer, "model" | "runs">,
  release: Release | undefined,
  verdicts: readonly Verdict[],
  outputs?: LiveOutputs,
): Lineage {
  const datasets = distinct(answer.runs.map(({ dataset }) => dataset));
  const ours =
    release &&
    (datasets.includes(release.digests.data) ||
      answer.runs.some(({ model }) => model === release.digests.model))
      ? release
      : undefined;
  const models = distinct([...answer.runs.map(({ model }) => model), ours?.digests.model]);
  const images = distinct([...answer.runs.map(({ image }) => image), ours?.image.digest]);
  return {
    datasets,
    models,
    images,
    live: outputs ? liveByOutputs(answer.model, images, outputs) : liveByVerdicts(images, verdicts),
  };
}

function liveByOutputs(
  model: string,
  images: readonly string[],
  outputs: LiveOutputs,
): Lineage["live"] {
  return Object.entries(outputs[model] ?? {}).flatMap(([region, { live }]) =>
    live.digest !== undefined && images.includes(live.digest)
      ? [{ region, image: live.digest, source: "stack outputs" }]
      : [],
  );
}

/**
 * The last promotion of a region serves until another is promoted: a release that was rolled back
 * never took its place.
 */
function liveByVerdicts(images: readonly string[], verdicts: readonly Verdict[]): Lineage["live"] {
  const promotions = verdicts.filter(({ outcome }) => outcome === "promoted");
  return [...new Set(promotions.map(({ region }) => region))].sort().flatMap((region) => {
    const last = latestVerdict(promotions, region);
    return last && images.includes(last.digest)
      ? [{ region, image: last.digest, source: `promotion of ${last.finishedAt}` }]
      : [];
  });
}

/** The lineage as lines for a person. */
export function lineageLines({ datasets, models, images, live }: Lineage): string[] {
  const list = (title: string, found: readonly string[]) => [
    `${title}: ${found.length === 0 ? "none" : ""}`.trimEnd(),
    ...found.map((one) => `  ${one}`),
  ];
  return [
    ...list("datasets", datasets),
    ...list("models", models),
    ...list("images", images),
    ...list(
      "live in",
      live.map(({ region, image, source }) => `${region}: ${image} (${source})`),
    ),
  ];
}

/** Release of a model in the repository, or none where there is no manifest. */
export function releaseIn(folder: string, model: string): Release | undefined {
  try {
    return loadRelease(folder, model);
  } catch {
    return undefined;
  }
}

function distinct(values: readonly (string | null | undefined)[]): string[] {
  return [...new Set(values.filter((value) => typeof value === "string"))].sort();
}

/** What an erasure's entry is made from. */
export interface ErasureRecord {
  readonly answer: Answer;
  readonly lineage: Lineage;
  /** One of the subject's pseudonyms, or its identifier: it goes into the entry sealed. */
  readonly subject: string;
  readonly reason: string;
  readonly actor: string;
  readonly run?: string | undefined;
}

/** An entry of the ledger, and the key that shows whom it is about. */
export interface SealedFact {
  readonly fact: Fact;
  /**
   * 64 hexadecimal digits, kept by nobody here: whoever holds it and knows the subject can show
   * that the entry is about it.
   */
  readonly receipt: string;
}

/**
 * A subject in a store that nothing can be deleted from: an HMAC under a key of its own. Once that
 * key is gone the ledger names nobody (crypto-shredding), although the ring of keys still is there.
 */
export function sealed(subject: string, receipt: string): string {
  return `erased.${createHmac("sha256", Buffer.from(receipt, "hex")).update(subject).digest("hex").slice(0, 32)}`;
}

/**
 * Whether everything of the subject is gone, every file could be looked into, and every other
 * region has searched and found nothing.
 */
export function isComplete({ search, erased, logLinesLeft, regions = [] }: Answer): boolean {
  return (
    regions.every(({ state, left }) => state === "erased" && left === 0) &&
    search.found.length === 0 &&
    search.closed.length === 0 &&
    (erased?.left.length ?? 0) === 0 &&
    (logLinesLeft ?? 0) === 0
  );
}

/** The entry of an erasure. Names of stores and figures go in, of the subject only the seal. */
export function erasureFact(
  { answer, lineage, subject, reason, actor, run }: ErasureRecord,
  receipt: string = randomBytes(32).toString("hex"),
): SealedFact {
  const { search, erased, logs = null, logLines, logLinesLeft = null, regions = [] } = answer;
  const left = [...search.found, ...search.closed, ...(erased?.left ?? [])].length;
  return {
    receipt,
    fact: {
      actor,
      action: "erase",
      subject: answer.model,
      details: {
        subject: sealed(subject, receipt),
        reason,
        outcome: isComplete(answer) ? "complete" : "incomplete",
        rows: erased?.rows ?? 0,
        files: erased?.files ?? 0,
        oldVersions: erased?.versions ?? 0,
        // Whose log store, how many of its lines, and how many a search still found after it.
        logs: logs === null ? null : { store: logs, lines: logLines, left: logLinesLeft },
        // Which regions answered, and what: one that is not `erased` keeps the erasure open.
        ...(regions.length > 0 && {
          regions: regions.map(({ region, state, lines, left: still, problem }) => ({
            region,
            state,
            lines,
            left: still,
            ...(problem !== null && { problem }),
          })),
        }),
        searched: { files: search.files, bytes: search.bytes, left },
        datasets: [...lineage.datasets],
        models: [...lineage.models],
        live: lineage.live.map(({ region, image }) => `${region} ${image}`),
        retraining: answer.retrain ? "asked for" : "not asked for by the contract",
        ...(run !== undefined && { run }),
      },
    },
  };
}
