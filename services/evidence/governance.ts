import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { auditExpired, impactAssessmentFile, type JudgedAudit } from "./bias-audit";
import type { Contract } from "../contract/contract";
import { loadBiasAudit } from "./load";
import { dutiesOf } from "../contract/tiers";
import { digestOf } from "../contract/digests";

/** What stands beside a contract for its risk tier; policies judge it. */
export interface GovernanceRecord {
  /** Digests of the impact assessment: what the contract names, and what lies there. */
  readonly impactAssessment: { readonly named?: string; readonly found?: string };
  /** Digest of `model.yaml` as it is; a release names the one that it was made by. */
  readonly contract?: string;
  /** The last external bias audit, and whether it no longer counts. */
  readonly biasAudit?: JudgedAudit;
}

/**
 * Reads it from the folder of the models, as it is at `now` (milliseconds since 1970). Throws
 * InputError where a record cannot be read.
 */
export function governanceRecord(
  folder: string,
  { name, riskTier, impactAssessment }: Pick<Contract, "name" | "riskTier" | "impactAssessment">,
  now: number,
): GovernanceRecord {
  const file = join(folder, name, impactAssessmentFile);
  const contract = join(folder, name, "model.yaml");
  const audit = loadBiasAudit(folder, name);
  return {
    ...(existsSync(contract) && { contract: digestOf(readFileSync(contract)) }),
    impactAssessment: {
      ...(impactAssessment !== undefined && { named: impactAssessment }),
      ...(existsSync(file) && { found: digestOf(readFileSync(file)) }),
    },
    ...(audit && {
      biasAudit: {
        organisation: audit.auditor.organisation,
        version: audit.version,
        at: audit.at,
        expired: auditExpired(audit, dutiesOf(riskTier).biasAuditDays, now),
      },
    }),
  };
}
