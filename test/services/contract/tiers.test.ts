import { biasAuditGap, biasAuditSchema, auditExpired } from "../../../services/evidence/bias-audit";
import {
  contractGaps,
  dutiesByTier,
  dutiesOf,
  missingApprovals,
  riskTiers,
  type RiskTier,
} from "../../../services/contract/tiers";
import { duration } from "../../../services/contract/units";

const bare = (riskTier: RiskTier) => ({
  riskTier,
  gates: { fairness: [] },
  release: { channel: "automatic" },
  retention: { predictionLogs: duration.parse("30 days") },
});
const gaps = (riskTier: RiskTier) => contractGaps(bare(riskTier)).map(({ path }) => path.join("."));

describe("the table of tiers", () => {
  it("asks no less of a tier than of the one below it", () => {
    const weight = (tier: RiskTier) =>
      Object.values(dutiesByTier[tier]).map((duty) =>
        Array.isArray(duty) ? duty.length : Number(duty),
      );
    const [minimal, limited, high, prohibited] = riskTiers.map(weight);
    const dominates = (more: number[], less: number[]) =>
      more.slice(1).every((duty, i) => duty >= less[i + 1]!);
    expect([
      dominates(limited!, minimal!),
      dominates(high!, limited!),
      dominates(prohibited!, high!),
    ]).toEqual([true, true, true]);
  });

  it("holds an unknown tier to every duty, and allows it nothing", () =>
    expect(dutiesOf("severe")).toEqual(dutiesByTier.prohibited));

  it.each<[RiskTier, string[]]>([
    ["minimal", []],
    ["limited", ["notice"]],
    [
      "high",
      [
        "notice",
        "impactAssessment",
        "gates.fairness",
        "release.channel",
        "retention.predictionLogs",
      ],
    ],
    ["prohibited", ["riskTier"]],
  ])("of %s finds in a bare contract what is missing", (tier, expected) =>
    expect(gaps(tier)).toEqual(expected),
  );
});

describe("approvals of a high-risk release", () => {
  const risk = { role: "model-risk", actor: "a@example.com" };
  const ethics = { role: "ethics-board", actor: "b@example.com" };

  it.each<[string, { role: string; actor?: string }[]]>([
    ["none", []],
    ["one of the ethics board alone", [ethics]],
    ["two without the ethics board", [risk, { role: "owner", actor: "b@example.com" }]],
    ["one person in two roles", [risk, { ...ethics, actor: risk.actor }]],
    ["two people in one role", [ethics, { ...ethics, actor: "c@example.com" }]],
    [
      "a person whose name is known beside one whose name is not, in one role",
      [ethics, { role: "ethics-board" }],
    ],
  ])("do not do with %s", (_, given) =>
    expect(missingApprovals("high", given)).toMatch(
      /^2 approvals by different people in different roles, one of them ethics-board; got /,
    ),
  );

  it("do with two people in two roles, and with the two roles that a manifest names", () => {
    expect(missingApprovals("high", [risk, ethics])).toBeUndefined();
    expect(
      missingApprovals("high", [{ role: "model-risk" }, { role: "ethics-board" }]),
    ).toBeUndefined();
  });

  it("are asked of no lower tier", () =>
    expect([missingApprovals("minimal", []), missingApprovals("limited", [])]).toEqual([
      undefined,
      undefined,
    ]));
});

describe("the external bias audit", () => {
  const now = Date.parse("2026-11-24T00:00:00Z");
  const record = {
    model: "scorer",
    version: "1.0.0",
    digest: `sha256:${"a".repeat(64)}`,
    auditor: { organisation: "Example Audits", independent: true },
    at: "2026-01-10T00:00:00Z",
    report: { reference: "https://example.com/audit.pdf", digest: `sha256:${"b".repeat(64)}` },
  };

  it("counts for 365 days from its date, and not before it", () => {
    const at = (text: string) => auditExpired({ at: text }, 365, now);
    expect([
      at("2025-11-24T00:00:00Z"),
      at("2025-11-23T23:59:59Z"),
      at("2026-11-24T00:00:01Z"),
    ]).toEqual([false, true, true]);
  });

  it("is no audit when the auditor had a part in the model", () => {
    expect(biasAuditSchema.safeParse(record).success).toBe(true);
    expect(
      biasAuditSchema.safeParse({
        ...record,
        auditor: { organisation: "Example", independent: false },
      }).error?.issues[0]?.message,
    ).toBe("true: who took part in building or using the model cannot audit it");
  });

  it("is asked of high risk alone", () => {
    const old = { organisation: "Example Audits", version: "1.0.0", at: record.at, expired: true };
    expect(biasAuditGap("high", undefined)).toBe(
      "a bias audit by an external party within the last 365 days, got none",
    );
    expect(biasAuditGap("high", old)).toBe(
      "a bias audit by an external party within the last 365 days, got one of 2026-01-10T00:00:00Z by Example Audits",
    );
    expect([
      biasAuditGap("high", { ...old, expired: false }),
      biasAuditGap("limited", undefined),
    ]).toEqual([undefined, undefined]);
  });
});
