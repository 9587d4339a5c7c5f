import type { Contract } from "../contract/contract";
import { missingApprovals } from "../contract/tiers";
import { unbound, type RoleKey } from "../evidence/approvals";
import { approvalSchema, signatureSchema, type Approval } from "../evidence/release";
import type { Entry } from "../evidence/ledger";

/** Argo Rollouts' reason of a pause that a step asks for. */
export const gatePause = "CanaryPauseStep";

/** The approvals of an image in the ledger, and the entries that do not count, each with why. */
export interface RecordedApprovals {
  readonly approvals: Approval[];
  readonly refused: string[];
}

/**
 * Approvals of one image of a model, in the order of the ledger and each person's first in a role.
 * One that ended the pause of an inconclusive analysis answered another question. `entries` must be
 * those that count: of a bucket, those with their witness.
 */
export function recordedApprovals(
  entries: readonly Entry[],
  { model, image }: { readonly model: string; readonly image: string },
  keys: readonly RoleKey[],
): RecordedApprovals {
  const own = entries.filter(
    ({ action, subject, details }) =>
      action === "approve" &&
      subject === model &&
      details["digest"] === image &&
      (details["pausedFor"] ?? gatePause) === gatePause,
  );
  const judged = own.map((entry) => judgedApproval(entry, { model, image }, keys));
  const approvals = judged.flatMap((one) => (typeof one === "string" ? [] : [one]));
  return {
    approvals: approvals.filter(
      ({ role, actor }, i) =>
        approvals.findIndex((other) => other.role === role && other.actor === actor) === i,
    ),
    refused: judged.flatMap((one) => (typeof one === "string" ? [one] : [])),
  };
}

function judgedApproval(
  { sequence, time, actor, details, hash }: Entry,
  { model, image }: { readonly model: string; readonly image: string },
  keys: readonly RoleKey[],
): Approval | string {
  const { signature: claimed, ...signed } = details;
  const signature = signatureSchema.safeParse(claimed).data;
  const approval = approvalSchema.safeParse({
    role: details["role"],
    at: time,
    actor,
    image,
    reference: hash,
    ...(signature !== undefined && { signature, details: signed }),
  });
  if (!approval.success) return `entry ${sequence} by ${actor}: it names no role`;
  const { role } = approval.data;
  const gap = unbound({ model, image, role, actor, at: time, details: signed }, signature, keys);
  return gap === undefined ? approval.data : `entry ${sequence} by ${actor} as ${role}: ${gap}`;
}

/**
 * The newest approval of an image by its entry in the ledger, or what is missing of those that the
 * risk tier asks for, in words.
 */
export type ApprovalFound = { readonly reference: string } | { readonly missing: string };

/**
 * The newest approval of an image in the ledger, once all that the model's risk tier asks for are
 * there. With keys, one counts only with the signature of a key of its role, as in `npx causeway
 * release attest` and `npx causeway release verify`.
 */
export function approvalIn(
  entries: readonly Entry[],
  { name, riskTier }: Pick<Contract, "name" | "riskTier">,
  digest: string,
  keys: readonly RoleKey[],
): ApprovalFound {
  const { approvals, refused } = recordedApprovals(entries, { model: name, image: digest }, keys);
  const missing = missingApprovals(riskTier, approvals);
  const reference = approvals.at(-1)?.reference;
  if (missing === undefined && reference !== undefined) return { reference };
  return {
    missing: [
      missing ?? "a recorded approval; got none",
      ...refused.map((one) => `not counted: ${one}`),
    ].join("; "),
  };
}
