import * as pulumi from "@pulumi/pulumi";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  auditExpired,
  biasAuditGap,
  impactAssessmentFile,
  type JudgedAudit,
} from "../../services/evidence/bias-audit";
import type { Contract } from "../../services/contract/contract";
import { loadBiasAudit } from "../../services/evidence/load";
import { dutiesOf } from "../../services/contract/tiers";
import type { Environment } from "../../services/contract/environments";
import { digestOf } from "../../services/contract/digests";

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

/**
 * Refuses an update of prod with a model whose tier asks for an external bias audit that is not
 * there. A preview goes through, and the policies `governance-model-bias-audit` and
 * `governance-model-outstanding` say it there.
 */
export function refuseUnaudited(
  environment: Environment,
  models: readonly { readonly contract: Contract; readonly governance: GovernanceRecord }[],
  isPreview: boolean,
): void {
  if (environment !== "prod" || isPreview) return;
  const refusals = models.flatMap(({ contract, governance }) => {
    const gap = biasAuditGap(contract.riskTier, governance.biasAudit);
    return gap === undefined
      ? []
      : [
          `${contract.name} must have ${gap}: record it in services/models/${contract.name}/bias-audit.json (docs/governance.md)`,
        ];
  });
  if (refusals.length > 0) throw new pulumi.RunError(refusals.join("\n"));
}
