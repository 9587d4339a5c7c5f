import { z } from "zod";
import { loadRelease } from "../evidence/load";
import type { Release } from "../evidence/release";
import { latestVerdict, type Verdict } from "../evidence/verdict";
import type { Answer } from "./erasure-answer";

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
