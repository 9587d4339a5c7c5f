/**
 * Stages in which a stack is built up, in order. Each is a plain `pulumi up` that may be run again,
 * and has everything of those before it:
 *
 * - `foundation`: keys, registries, buckets, trail, roles and networks; nothing of a cluster,
 * - `platform`: clusters, entry, add-ons, log store and observability,
 * - `models`: model services, retraining and erasure.
 */
export const stages = ["foundation", "platform", "models"] as const;
export type Stage = (typeof stages)[number];

/** Whether a stack at `stage` has what `wanted` brings. */
export function reaches(stage: Stage, wanted: Stage): boolean {
  return stages.indexOf(stage) >= stages.indexOf(wanted);
}

/** The stage that comes after another; undefined after the last. */
export function stageAfter(stage: Stage): Stage | undefined {
  return stages[stages.indexOf(stage) + 1];
}

/** What a person does once a stage is there, before the next. */
const then: Readonly<Record<Stage, string>> = {
  foundation:
    "Publish the models' releases (docs/first-run.md), open the way to the clusters that clusterAccess chooses, and run the stage platform.",
  platform: "Once the models' releases are published and signed, run the stage models.",
  models: "Nothing: every change from here on is an update of this stage.",
};

/** What comes after a stage, in words: the stack output `next`. */
export function nextStep(stage: Stage): string {
  return then[stage];
}
