import type { Retry, Verdict } from "../../services/evidence/verdict";

/**
 * Where the kill switch sends all requests: to the version that is trusted, or to what the contract
 * declares as fallback.
 */
export const killTargets = ["champion", "fallback"] as const;
export type KillTarget = (typeof killTargets)[number];

/** A model that was switched off by the stack file. */
export interface KillSwitch {
  readonly to: KillTarget;
  readonly reason: string;
}

/**
 * What is known of a model's releases so far, and what people decided about them; plain values
 * only.
 */
export interface DeliveryState {
  /** Verdicts over the model's releases in any region. @default none */
  readonly verdicts?: readonly Verdict[] | undefined;
  /** Decision to try a failed image again. @default none */
  readonly retry?: Retry | undefined;
  /** @default off */
  readonly killSwitch?: KillSwitch | undefined;
  /**
   * Digest of the image that the stack file or the release manifest names; one that is built in the
   * update is known only then.
   */
  readonly declaredDigest?: string | undefined;
  /** Whether the stack file names the image. @default false */
  readonly imageNamed?: boolean | undefined;
}

/** What governance rules judge of it; absent where there is nothing to judge. */
export function deliveryEvidence({
  verdicts = [],
  retry,
  killSwitch,
  declaredDigest,
  imageNamed = false,
}: DeliveryState) {
  const judged = verdicts.map(({ version, digest, region, outcome, message, finishedAt }) => ({
    version,
    digest,
    region,
    outcome,
    message,
    finishedAt,
  }));
  return {
    ...(judged.length > 0 && {
      verdicts: judged,
      declaredDigest,
      ...(imageNamed && { imageNamed }),
    }),
    ...(retry && { retry }),
    ...(killSwitch && { killSwitch }),
  };
}
