import { z } from "zod";
import table from "./tiers.json";
import { label, type Seconds } from "./units";

/** EU AI Act risk tiers; `prohibited` exists so that a contract can say it and be refused. */
export const riskTiers = ["minimal", "limited", "high", "prohibited"] as const;
export type RiskTier = (typeof riskTiers)[number];

const count = z.number().int().min(0);
const dutiesSchema = z.strictObject({
  /** Whether a model of the tier may be trained, released and served at all. */
  allowed: z.boolean(),
  /**
   * People are told that a machine takes part, and what they may ask for: `notice` of the contract.
   */
  notice: z.boolean(),
  /** `impact-assessment.md` beside the contract, which names its digest. */
  impactAssessment: z.boolean(),
  /** Protected attributes and gates over them, every one passed. */
  fairnessAudit: z.boolean(),
  /** The explanation step, and `explain` at the server. */
  explanation: z.boolean(),
  /** Most reasons that `explain` gives for an answer against the person; 0 gives none. */
  principalReasons: count,
  /** Days for which an external party's bias audit counts; 0 asks for none. */
  biasAuditDays: count,
  /** A person decides before a release takes all traffic. */
  humanGate: z.boolean(),
  /** Approvals by different people in different roles; the check is exact for at most two. */
  approvals: count.max(2),
  /** Roles that must be among them. */
  approvalRoles: z.array(label),
  /** Traffic goes by a route that the kill switch can take over. */
  killSwitch: z.boolean(),
  /** Least days for which prediction logs are kept. */
  logDays: count,
});

/** What a risk tier asks of a model. */
export type Duties = z.output<typeof dutiesSchema>;

/**
 * The table of tiers: policies, contract, training steps, delivery commands and docs/governance.md
 * all read `tiers.json`.
 */
export const dutiesByTier: Readonly<Record<RiskTier, Duties>> = z
  .strictObject({
    minimal: dutiesSchema,
    limited: dutiesSchema,
    high: dutiesSchema,
    prohibited: dutiesSchema,
  })
  .parse(table);

/** EU AI Act Art. 19 and 26(6): automatically generated logs are kept for at least six months. */
export const minimumLogDays = dutiesByTier.high.logDays;

/**
 * Duties of a tier as a policy finds it: one that is missing or unknown asks for all, until it is
 * known.
 */
export function dutiesOf(tier: unknown): Duties {
  const known = riskTiers.find((one) => one === tier);
  return dutiesByTier[known ?? "prohibited"];
}

/** What the tier asks of the contract itself. */
export interface TieredContract {
  readonly riskTier: RiskTier;
  readonly notice?: string | undefined;
  readonly impactAssessment?: string | undefined;
  readonly gates: { readonly fairness: readonly unknown[] };
  readonly release: { readonly channel: string };
  readonly retention: { readonly predictionLogs: Seconds };
}

/**
 * What a contract lacks for its tier, each with the path of the field and what is allowed there.
 */
export function contractGaps(
  contract: TieredContract,
): { readonly path: readonly string[]; readonly allowed: string }[] {
  const { riskTier: tier, gates, release, retention, notice, impactAssessment } = contract;
  const duties = dutiesByTier[tier];
  if (!duties.allowed)
    return [
      {
        path: ["riskTier"],
        allowed:
          "minimal, limited or high: a prohibited practice (EU AI Act Art. 5) is never trained, released or served",
      },
    ];
  const because = `because the risk tier is ${tier}`;
  return [
    ...(duties.notice && notice === undefined
      ? [{ path: ["notice"], allowed: `what people are told of the machine's part, ${because}` }]
      : []),
    ...(duties.impactAssessment && impactAssessment === undefined
      ? [
          {
            path: ["impactAssessment"],
            allowed: `the digest of impact-assessment.md beside the contract, ${because}`,
          },
        ]
      : []),
    ...(duties.fairnessAudit && gates.fairness.length === 0
      ? [{ path: ["gates", "fairness"], allowed: `at least one gate, ${because}` }]
      : []),
    ...(duties.humanGate && release.channel !== "approval"
      ? [{ path: ["release", "channel"], allowed: `approval, ${because}` }]
      : []),
    ...(retention.predictionLogs < duties.logDays * 86_400
      ? [
          {
            path: ["retention", "predictionLogs"],
            allowed: `at least ${duties.logDays} days, ${because} (EU AI Act Art. 19, 26(6))`,
          },
        ]
      : []),
  ];
}

/** A recorded approval. */
export interface GivenApproval {
  readonly role: string;
  readonly actor?: string | undefined;
}

/** A tier's approvals in words. */
export function approvalsWanted(tier: unknown): string {
  const { approvals, approvalRoles } = dutiesOf(tier);
  return approvals < 2
    ? "a recorded approval"
    : `${approvals} approvals by different people in different roles${approvalRoles.map((role) => `, one of them ${role}`).join("")}`;
}

/**
 * What is still missing of a tier's approvals, in words; undefined where nothing is. They must be
 * by different people in different roles, the roles of the table among them: one person in two
 * roles is one approval, and so are two people in one role.
 */
export function missingApprovals(
  tier: unknown,
  recorded: readonly GivenApproval[],
): string | undefined {
  const { approvals, approvalRoles } = dutiesOf(tier);
  const given = recorded.filter(({ role }) => role !== "");
  const roles = new Set(given.map(({ role }) => role));
  const actors = given.every(({ actor }) => actor === undefined)
    ? roles
    : new Set(given.map(({ actor }) => actor));
  if (
    roles.size >= approvals &&
    actors.size >= approvals &&
    approvalRoles.every((role) => roles.has(role))
  )
    return undefined;
  const named = given.map(({ role, actor }) =>
    actor === undefined ? role : `${role} by ${actor}`,
  );
  return `${approvalsWanted(tier)}; got ${named.join(", ") || "none"}`;
}
