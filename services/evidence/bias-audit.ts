import { z } from "zod";
import { dutiesOf } from "../contract/tiers";
import { digest } from "../contract/digests";
import { label, semanticVersion } from "../contract/units";

/** Where the record of the last external bias audit stands, beside the contract. */
export const biasAuditFile = "bias-audit.json";
/** The impact assessment, beside the contract that names its digest. */
export const impactAssessmentFile = "impact-assessment.md";

/**
 * The record of a bias audit by somebody else, as New York City's Local Law 144 (6 RCNY 5-301) asks
 * for one within the year before a tool is used. It holds for the model, not for one release: with
 * daily retraining, no release would ever be audited in time.
 */
export const biasAuditSchema = z.strictObject({
  model: label,
  /** The release that was audited, and the digest of its model. */
  version: semanticVersion,
  digest,
  auditor: z.strictObject({
    organisation: z.string().min(1, "the auditing organisation"),
    /** Took no part in building, distributing or using the model, and has no stake in it. */
    independent: z.literal(true, {
      error: "true: who took part in building or using the model cannot audit it",
    }),
  }),
  at: z.iso.datetime({ error: "a time such as 2026-11-24T03:00:00Z" }),
  /** The report: where it is published, and its digest. */
  report: z.strictObject({ reference: z.string().min(1, "where the report is"), digest }),
});
export type BiasAudit = z.output<typeof biasAuditSchema>;

/**
 * Whether an audit is older than `days` at `now`, or lies in the future; both in milliseconds since
 * 1970.
 */
export function auditExpired({ at }: Pick<BiasAudit, "at">, days: number, now: number): boolean {
  const age = now - Date.parse(at);
  return age < 0 || age > days * 86_400_000;
}

/** An audit as a policy sees it: it has no clock, so the age was judged before. */
export interface JudgedAudit {
  readonly organisation: string;
  readonly version: string;
  readonly at: string;
  readonly expired: boolean;
}

/** Why an audit does not do for a tier, in words; undefined where it does or none is asked for. */
export function biasAuditGap(tier: unknown, audit: JudgedAudit | undefined): string | undefined {
  const { biasAuditDays } = dutiesOf(tier);
  if (biasAuditDays === 0 || audit?.expired === false) return undefined;
  return `a bias audit by an external party within the last ${biasAuditDays} days, got ${audit === undefined ? "none" : `one of ${audit.at} by ${audit.organisation}`}`;
}
