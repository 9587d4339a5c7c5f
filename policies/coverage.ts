import { frameworks, openClauses, type Framework, type OpenClauses } from "./frameworks";
import type { Rule } from "./rule";
import { dutiesByTier, riskTiers, type Duties, type RiskTier } from "../services/contract/tiers";

/** One clause of a framework and the rules that help to meet it. */
export interface CoveredClause {
  readonly clause: string;
  /** Names of the rules, sorted; none where it is covered by something else or not at all. */
  readonly rules: readonly string[];
  /** Who or what covers a clause that no rule refers to. */
  readonly coveredBy?: string;
}

/** What the pack checks of one framework, and what it does not. */
export interface CoveredFramework {
  readonly framework: Framework;
  readonly title: string;
  /** Clauses in the order in which a person reads them: `Art. 9` before `Art. 10`. */
  readonly clauses: readonly CoveredClause[];
}

/**
 * Clauses by framework, each with the rules that refer to it or with what covers it instead: the
 * coverage matrix of the report and of docs/coverage.md.
 */
export function coverage(
  rules: readonly Rule[],
  gaps: Readonly<Partial<Record<Framework, OpenClauses>>> = openClauses,
): CoveredFramework[] {
  const ids = Object.keys(frameworks).filter((id) => isFramework(id));
  return ids.map((framework) => {
    const clauses = new Map<string, string[]>();
    for (const rule of rules) {
      for (const reference of rule.frameworks) {
        if (reference.framework === framework)
          clauses.set(reference.clause, [...(clauses.get(reference.clause) ?? []), rule.name]);
      }
    }
    const covered = [...clauses].map(([clause, names]): CoveredClause => ({
      clause,
      rules: names.sort(),
    }));
    const open = Object.entries(gaps[framework] ?? {})
      .filter(([clause]) => !clauses.has(clause))
      .map(([clause, text]): CoveredClause => ({ clause, rules: [], coveredBy: text }));
    return {
      framework,
      title: frameworks[framework],
      clauses: [...covered, ...open].sort((a, b) => byNumber.compare(a.clause, b.clause)),
    };
  });
}

/** Rules that refer to no framework; they are good practice and nothing else. */
export function uncovered(rules: readonly Rule[]): string[] {
  return rules.filter((rule) => rule.frameworks.length === 0).map((rule) => rule.name);
}

/**
 * The matrix as Markdown: a heading for each framework, a row for each clause that a rule refers
 * to, and one for each answer to those that none does.
 */
export function coverageMarkdown(
  rules: readonly Rule[],
  gaps: Readonly<Partial<Record<Framework, OpenClauses>>> = openClauses,
): string {
  return coverage(rules, gaps).map(section).join("\n");
}

function section({ title, clauses }: CoveredFramework): string {
  const covered = clauses.filter(({ rules }) => rules.length > 0);
  const open = clauses.filter(({ rules }) => rules.length === 0);
  const rows = covered.map(
    ({ clause, rules }) => `| ${clause} | ${rules.map((name) => `\`${name}\``).join(", ")} |`,
  );
  // Clauses with one answer share a row.
  const answers = [...new Set(open.map(({ coveredBy }) => coveredBy))];
  const rest = answers.map((answer) => {
    const answered = open.filter(({ coveredBy }) => coveredBy === answer);
    return `| ${answered.map(({ clause }) => clause).join(", ")} | ${answer} |`;
  });
  return [
    `## ${title}`,
    "",
    ...(rows.length === 0
      ? ["No rule refers to it."]
      : [
          `${covered.length} of ${clauses.length} listed clauses have a rule.`,
          "",
          "| clause | rules |",
          "| --- | --- |",
          ...rows,
        ]),
    ...(rest.length === 0
      ? []
      : ["", "No rule covers:", "", "| clause | covered by |", "| --- | --- |", ...rest]),
    "",
  ].join("\n");
}

const byNumber = new Intl.Collator("en", { numeric: true });

function isFramework(id: string): id is Framework {
  return id in frameworks;
}

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
    also: "the contract does not load: every training step, server, plan and command stops",
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
    also: "contract and training steps; the server's metadata returns it",
  },
  fairnessAudit: {
    asks: "Fairness gates, none failed",
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
    also: "`pulumi up` of prod refuses a model without it",
  },
  approvals: {
    asks: "Approvals by different people in different roles",
    from: "EU AI Act Art. 14, 26(2)",
    rules: ["governance-model-approval", "governance-model-outstanding"],
    also: "the promoter and the resumer, by the ledger",
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
      "governance-resumer-tier",
    ],
    also: "contract and training steps",
  },
  killSwitch: {
    asks: "Kill switch",
    from: "EU AI Act Art. 14(4)(e)",
    rules: ["governance-route-kill-switch", "governance-model-kill-switch"],
    also: "`causeway delivery kill`",
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
    `| requirement | ${riskTiers.join(" | ")} | source | enforced by |`,
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
