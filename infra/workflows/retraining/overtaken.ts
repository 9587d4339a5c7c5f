import * as pulumi from "@pulumi/pulumi";
import type { Release } from "../../../services/evidence/release";
import type { Verdict } from "../../../services/evidence/verdict";

/** What is known of a model's releases. */
export interface Standing {
  readonly contract: { readonly name: string };
  readonly release: Pick<Release, "createdAt" | "version">;
  /** Image that the stack file names; whoever names one means it. */
  readonly image: string | undefined;
  readonly declaredDigest?: string | undefined;
  readonly verdicts?:
    | readonly Pick<Verdict, "outcome" | "digest" | "finishedAt" | "region" | "version">[]
    | undefined;
}

/**
 * The promotion that overtook the manifest in the repository: another image took all requests after
 * the manifest was made, as a retraining does. An update with the older manifest would take it away
 * without a word.
 */
export function overtaking({ release, image, declaredDigest, verdicts = [] }: Standing) {
  if (image !== undefined) return undefined;
  const newest = verdicts
    .filter(({ outcome }) => outcome === "promoted")
    .sort((a, b) => Date.parse(b.finishedAt) - Date.parse(a.finishedAt))[0];
  return newest !== undefined &&
    newest.digest !== declaredDigest &&
    Date.parse(newest.finishedAt) > Date.parse(release.createdAt)
    ? newest
    : undefined;
}

/**
 * Refuses an update that would replace a promoted release by the older one in the repository; a
 * preview goes through.
 */
export function refuseOvertaken(models: readonly Standing[], isPreview: boolean): void {
  if (isPreview) return;
  const refusals = models.flatMap((model) => {
    const promotion = overtaking(model);
    if (promotion === undefined) return [];
    const { name } = model.contract;
    return [
      `${name} ${promotion.version} (${promotion.digest}) was promoted in ${promotion.region} at ${promotion.finishedAt}, after ${model.release.version} of the repository was made. Take its release into services/models/${name}/release, or name an image in the stack file to go back on purpose`,
    ];
  });
  if (refusals.length > 0) throw new pulumi.RunError(refusals.join("\n"));
}
