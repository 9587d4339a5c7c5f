import { z } from "zod";
import { imageDigest } from "../../services/contract/digests";
import { latestVerdict, type Verdict } from "../../services/evidence/verdict";
import { serverContainer } from "../../services/evidence/rollout";

/** Which image serves a model in a region, and how that is known. */
export interface LiveDigest {
  /** Digest, or `unknown`. */
  readonly digest: string;
  /** What says so, or why nothing does. */
  readonly source: string;
}

/** What is read of a Rollout as the API server returned it. */
const liveRollout = z.object({
  metadata: z.object({ generation: z.number() }),
  spec: z.object({
    template: z.object({
      spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string() })) }),
    }),
  }),
  status: z.object({
    observedGeneration: z.string(),
    stableRS: z.string().min(1),
    currentPodHash: z.string(),
  }),
});

/**
 * The image that serves all requests outside a trial, from a Rollout as it was at the last update
 * or refresh, and from the verdicts.
 * - The controller has seen the Rollout as it is, and its stable version is the current one: the
 *   image in the Rollout.
 * - It is another one, on a trial or after a failure: the image of the promotion whose hash is the
 *   stable one's.
 * - The provider returned no status: the image of the region's last promotion.
 * What is desired is never taken for what is live.
 */
export function liveDigest(
  rollout: unknown,
  verdicts: readonly Verdict[],
  region: string,
): LiveDigest {
  const promotions = verdicts.filter(
    (verdict) => verdict.outcome === "promoted" && verdict.region === region,
  );
  const parsed = liveRollout.safeParse(rollout);
  if (!parsed.success) {
    const last = latestVerdict(promotions, region);
    return last
      ? { digest: last.digest, source: `last promotion on record, of ${last.finishedAt}` }
      : unknown("the provider returned no status of the Rollout, and no promotion is on record");
  }
  const { metadata, spec, status } = parsed.data;
  if (
    status.observedGeneration === String(metadata.generation) &&
    status.stableRS === status.currentPodHash
  ) {
    const image =
      spec.template.spec.containers.find(({ name }) => name === serverContainer)?.image ?? "";
    const digest = imageDigest(image);
    return digest === undefined
      ? unknown(`the Rollout's image has no digest: ${image}`)
      : { digest, source: "status of the Rollout" };
  }
  const stable = promotions.filter(({ podTemplateHash }) => podTemplateHash === status.stableRS);
  const last = latestVerdict(stable, region);
  return last
    ? {
        digest: last.digest,
        source: `promotion on record, of ${last.finishedAt}; the desired image is not live`,
      }
    : unknown(
        `version ${status.stableRS} is live, no promotion of it is on record; the desired image is not live`,
      );
}

function unknown(source: string): LiveDigest {
  return { digest: "unknown", source };
}
