import { dutiesByTier, riskTiers, type Duties, type RiskTier } from "../services/contract/tiers";

/** What people need to know of a duty beside its values. */
interface Note {
  readonly asks: string;
  /** Clauses and laws that it comes from. */
  readonly from: string;
  /** Rules, by name. */
  readonly rules: readonly string[];
  /** What else holds it: programs and commands. */
  readonly also: string;
}

/** Duties of the table in the order in which a model meets them. */
export const dutyNotes = {
  allowed: {
    asks: "May be trained, released and served",
    from: "EU AI Act Art. 5",
    rules: ["governance-model-risk-tier"],
    also: "the contract does not load: no training step, server, plan or command goes on",
  },
  impactAssessment: {
    asks: "Impact assessment, named by digest",
    from: "EU AI Act Art. 9, 27; ISO/IEC 42001 A.5",
    rules: ["governance-model-assessment"],
    also: "the training steps",
  },
  notice: {
    asks: "Notice to the people concerned",
    from: "EU AI Act Art. 26(11), 50",
    rules: ["governance-model-notice"],
    also: "contract and training steps; the server's metadata answers it",
  },
  fairnessAudit: {
    asks: "Fairness gates, all passed",
    from: "EU AI Act Art. 10(2)",
    rules: ["governance-model-fairness"],
    also: "contract; the training step `audit`; alerts in production",
  },
  explanation: {
    asks: "Explained",
    from: "EU AI Act Art. 13, 86",
    rules: ["governance-model-explanation"],
    also: "the training step `explain`",
  },
  principalReasons: {
    asks: "Principal reasons of an answer against the person, at most",
    from: "ECOA, 12 CFR 1002.9(b)(2)",
    rules: [],
    also: "the server's `explain`",
  },
  logDays: {
    asks: "Prediction logs, days at least",
    from: "EU AI Act Art. 12, 19, 26(6)",
    rules: ["governance-model-log-retention", "governance-log-lifecycle"],
    also: "contract and training steps",
  },
  biasAuditDays: {
    asks: "Bias audit by an external party, within days",
    from: "NYC Local Law 144, 6 RCNY 5-301; NIST AI RMF MEASURE 1.3",
    rules: ["governance-model-bias-audit", "governance-model-outstanding"],
    also: "`pulumi up` of prod is refused without",
  },
  approvals: {
    asks: "Approvals by different people in different roles",
    from: "EU AI Act Art. 14, 26(2)",
    rules: ["governance-model-approval", "governance-model-outstanding"],
    also: "`npm run delivery -- approve` and the promoter, by the ledger",
  },
  approvalRoles: {
    asks: "Roles among them",
    from: "ISO/IEC 42001 A.3.2",
    rules: ["governance-model-approval"],
    also: "the same",
  },
  humanGate: {
    asks: "A person decides before all traffic",
    from: "EU AI Act Art. 14(4)",
    rules: [
      "governance-model-approval-channel",
      "governance-rollout-human-gate",
      "governance-retraining-approval",
    ],
    also: "contract and training steps",
  },
  killSwitch: {
    asks: "Kill switch",
    from: "EU AI Act Art. 14(4)(e)",
    rules: ["governance-route-kill-switch", "governance-model-kill-switch"],
    also: "`npm run delivery -- kill`",
  },
} as const satisfies Record<keyof Duties, Note>;

/** The table of tiers as Markdown: a row for each duty, a column for each tier. */
export function tiersMarkdown(): string {
  const notes: readonly [string, Note][] = Object.entries(dutyNotes);
  const rows = notes.map(
    ([duty, { asks, from, rules, also }]) =>
      `| ${asks} | ${riskTiers.map((tier) => shown(tier, duty)).join(" | ")} | ${from} | ${[...rules.map((rule) => `\`${rule}\``), also].join("; ")} |`,
  );
  return [
    `| what is asked | ${riskTiers.join(" | ")} | comes from | held by |`,
    `| --- |${" --- |".repeat(riskTiers.length)} --- | --- |`,
    ...rows,
  ].join("\n");
}

/** A tier's value of a duty; a tier that is not allowed asks for nothing else. */
function shown(tier: RiskTier, duty: string): string {
  const duties: Readonly<Record<string, boolean | number | readonly string[]>> = dutiesByTier[tier];
  const value = duties[duty];
  if (duty !== "allowed" && !dutiesByTier[tier].allowed) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return (
    (typeof value === "number" ? (value === 0 ? "" : String(value)) : value?.join(", ")) || "no"
  );
}
