import { missingApprovals, type RiskTier } from "../contract/tiers";
import { unbound, type RoleKey } from "../evidence/approvals";
import type { Entry } from "../evidence/ledger";
import { signatureSchema } from "../evidence/release";
import { gatePause } from "./approvals";
import {
  imageDigestOf,
  observed,
  regionOf,
  type Rollout,
  type RolloutStatus,
} from "./live-rollout";

/** A release that waits for a person, and at which pause. */
export interface Waiting {
  readonly region: string;
  /** Digest of the image on trial. */
  readonly digest: string;
  readonly podTemplateHash: string;
  readonly step: number;
  /** Argo Rollouts' reason; {@link gatePause} at the step before all traffic. */
  readonly pausedFor: string;
  /** When this pause began: a version that is tried again waits anew. */
  readonly pausedAt: string;
}

/** The pause at which a Rollout waits for a person, or in words why it waits for none. */
export function waitingOf(rollout: Rollout): Waiting | string {
  const status = observed(rollout);
  if (status === undefined || status.abort || status.pauseConditions.length === 0)
    return [rollout.status?.phase, rollout.status?.message]
      .filter((text) => text !== undefined && text !== "")
      .join(", ");
  const pause = rollout.spec.strategy.canary.steps[status.currentStepIndex ?? 0]?.pause;
  const atGate = pause !== undefined && pause.duration === undefined;
  const other = status.pauseConditions.find(({ reason }) => reason !== gatePause);
  const gate = status.pauseConditions.find(({ reason }) => reason === gatePause);
  if (pause?.duration !== undefined && other === undefined)
    return `a pause of ${pause.duration}, which ends by itself`;
  // Whatever else makes it wait there: taken out of its pause, it would pass the gate.
  const condition = atGate ? (gate ?? other) : (other ?? gate);
  return {
    region: regionOf(rollout),
    digest: imageDigestOf(rollout),
    podTemplateHash: status.currentPodHash,
    step: status.currentStepIndex ?? 0,
    pausedFor: atGate ? gatePause : (condition?.reason ?? ""),
    pausedAt: condition?.startTime ?? "",
  };
}

/** A model, and how much is at stake with it. */
export interface TieredModel {
  readonly name: string;
  readonly riskTier: RiskTier;
}

/**
 * What is missing before a release may go on, in words; undefined where nothing is. Somebody must
 * have approved at this very pause. At the gate that and the approvals of the image before its trial
 * must be those of the tier; an inconclusive analysis asks one person whether to go on.
 * @param entries those that count: of a bucket, those with their witness
 * @param keys keys of the people who approve, by role
 */
export function missingAt(
  waiting: Waiting,
  { name, riskTier }: TieredModel,
  entries: readonly Entry[],
  keys: readonly RoleKey[],
): string | undefined {
  const own = entries.filter((entry) => isOf(entry, name, waiting));
  const gaps = own.map((entry) => [entry, gapOf(entry, name, waiting.digest, keys)] as const);
  const counted = gaps.flatMap(([entry, gap]) => (gap === undefined ? [entry] : []));
  const here = counted.filter(({ details }) => isAt(details, waiting));
  const before = counted.filter(({ details }) => isBeforeTrial(details));
  const given = [...before, ...here].map(({ actor, details }) => ({
    actor,
    role: roleOf(details),
  }));
  const missing = waiting.pausedFor === gatePause ? missingApprovals(riskTier, given) : undefined;
  if (missing === undefined && here.some(({ details }) => roleOf(details) !== "")) return undefined;
  const refused = gaps.flatMap(([{ actor, details }, gap]) =>
    gap === undefined ? [] : [`not counted: ${roleOf(details)} by ${actor}: ${gap}`],
  );
  return [missing ?? "a recorded approval at this pause; got none", ...refused].join("; ");
}

/** Whether an entry approves the image on trial, in this region. */
function isOf({ action, subject, details }: Entry, model: string, waiting: Waiting): boolean {
  return (
    action === "approve" &&
    subject === model &&
    details["digest"] === waiting.digest &&
    (details["region"] ?? waiting.region) === waiting.region
  );
}

/** Whether an approval was given at this pause, and nowhere else. */
function isAt(details: Entry["details"], waiting: Waiting): boolean {
  const { region, podTemplateHash, step, pausedFor, pausedAt } = waiting;
  return Object.entries({ region, podTemplateHash, step, pausedFor, pausedAt }).every(
    ([key, value]) => details[key] === value,
  );
}

function isBeforeTrial({ podTemplateHash, step, pausedFor }: Entry["details"]): boolean {
  return podTemplateHash === undefined && step === undefined && pausedFor === undefined;
}

function gapOf(
  { actor, time: at, details: { signature, ...details } }: Entry,
  model: string,
  image: string,
  keys: readonly RoleKey[],
): string | undefined {
  return unbound(
    { model, image, role: roleOf(details), actor, at, details },
    signatureSchema.safeParse(signature).data,
    keys,
  );
}

/** Role of a recorded approval; empty, and so no approval that counts, where none is named. */
export function roleOf(details: Entry["details"]): string {
  return typeof details["role"] === "string" ? details["role"] : "";
}

/**
 * The patch of `kubectl argo rollouts promote` 1.8, for the very object that was read: after an
 * inconclusive analysis step, the next step; else the pause alone is taken away.
 */
export function resumePatch({ metadata, spec }: Rollout, status: RolloutStatus) {
  const { canary, controllerPause, currentStepIndex = 0 } = status;
  const inconclusive =
    canary.currentStepAnalysisRunStatus?.status === "Inconclusive" && controllerPause;
  return {
    metadata: { resourceVersion: metadata.resourceVersion },
    status: {
      pauseConditions: null,
      ...(inconclusive && {
        controllerPause: false,
        currentStepIndex: Math.min(currentStepIndex + 1, spec.strategy.canary.steps.length),
      }),
    },
  };
}
