import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { DeliveryState } from "./delivery";
import { paces } from "../gates/pace";
import { type ServingSettings } from "./definition";
import { asks, releaseSteps, type Step } from "./steps";
import { annotationPrefix, labelKeys } from "../../services/contract/labels";
import { servingNames } from "../../services/evidence/rollout";

/**
 * Seconds that an update waits at each pause for a person, and at most for an A/B test, which may
 * take weeks: an update holds the stack's lock and its credentials for as long. Later it fails, the
 * release goes on or stays paused, and the next update waits on.
 */
export const approvalSeconds = 3_600;
/** Seconds that pods may take to start or to leave at one step. */
const scalingSeconds = 120;

/**
 * How long an update waits until a release is through: its steps, its proofs, an A/B test as far as
 * it can be waited for, pods that start, and people, in seconds.
 */
export function releaseSeconds(
  settings: Pick<ServingSettings, "contract" | "environment">,
  progressDeadlineSeconds: number,
): number {
  const { firstLookSeconds, lookSeconds, undecidedLooks, experimentLookSeconds, experimentLooks } =
    paces[settings.environment];
  const proof = firstLookSeconds + (undecidedLooks + 1) * lookSeconds;
  const decision = Math.min(
    approvalSeconds,
    firstLookSeconds + (experimentLooks + 1) * experimentLookSeconds,
  );
  const secondsOf = (step: Step): number => {
    const { pause, analysis } = step;
    if (analysis)
      return asks(step, servingNames(settings.contract.name).decision) ? decision : proof;
    if (pause === undefined) return 0;
    return pause.duration === undefined
      ? approvalSeconds
      : Number.parseInt(String(pause.duration), 10);
  };
  return releaseSteps(settings).reduce(
    (sum, step) => sum + secondsOf(step) + scalingSeconds,
    progressDeadlineSeconds,
  );
}

/**
 * A moment between 1970 and 2004 that stands for a pod template. Argo Rollouts copies
 * `spec.restartAt` to `status.restartedAt` once it has seen the template and no pod is older than
 * that moment, which none is; no other field of the status can be told from that of the release
 * before. (`status.observedGeneration` is a text there, which the provider does not compare.)
 */
export function releaseMoment(template: unknown): string {
  const digest = createHash("sha256").update(JSON.stringify(template)).digest();
  return new Date((digest.readUInt32BE(0) >>> 2) * 1_000).toISOString().replace(".000Z", "Z");
}

interface RolloutManifest {
  readonly metadata: { readonly annotations?: Record<string, string> };
  readonly spec: {
    readonly template: { readonly metadata: { readonly annotations: Record<string, string> } };
  };
}

/**
 * A Rollout for which an update waits until it serves all requests. A release that goes back never
 * gets there, so the update fails and nothing that depends on it, such as the next region, is
 * touched. A release that is tried again is marked, since the very template that was refused would
 * change nothing and an update would succeed without a trial.
 */
export function awaitedRollout<M extends RolloutManifest>(
  manifest: M,
  { region }: Pick<ServingSettings, "region">,
  { retry }: DeliveryState,
) {
  const { metadata, spec } = manifest;
  const { metadata: own } = spec.template;
  const template =
    retry === undefined
      ? spec.template
      : {
          ...spec.template,
          metadata: {
            ...own,
            annotations: { ...own.annotations, [`${annotationPrefix}/retry`]: retry.at },
          },
        };
  const moment = pulumi.output(template).apply(releaseMoment);
  const waitFor = moment.apply((known) =>
    JSON.stringify([`jsonpath={.status.restartedAt}=${known}`, "jsonpath={.status.phase}=Healthy"]),
  );
  return {
    ...manifest,
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        [labelKeys.region]: region,
        "pulumi.com/waitFor": waitFor,
      },
    },
    spec: { ...spec, restartAt: moment, template },
    // An output only: what the API server says of the object, see liveDigest.
    status: undefined,
  };
}
