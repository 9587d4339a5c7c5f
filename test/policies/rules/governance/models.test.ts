import { rule as approval } from "../../../../policies/rules/governance/model-approval";
import { rule as approvalChannel } from "../../../../policies/rules/governance/model-approval-channel";
import { rule as artifact } from "../../../../policies/rules/governance/model-artifact";
import { rule as card } from "../../../../policies/rules/governance/model-card";
import { rule as code } from "../../../../policies/rules/governance/model-code";
import { rule as contact } from "../../../../policies/rules/governance/model-contact";
import { rule as contract } from "../../../../policies/rules/governance/model-contract";
import { rule as data } from "../../../../policies/rules/governance/model-data";
import { rule as evaluation } from "../../../../policies/rules/governance/model-evaluation";
import { rule as explanation } from "../../../../policies/rules/governance/model-explanation";
import { rule as fairness } from "../../../../policies/rules/governance/model-fairness";
import { rule as intervals } from "../../../../policies/rules/governance/model-intervals";
import { rule as killSwitch } from "../../../../policies/rules/governance/model-kill-switch";
import { rule as logRetention } from "../../../../policies/rules/governance/model-log-retention";
import { rule as owner } from "../../../../policies/rules/governance/model-owner";
import { rule as published } from "../../../../policies/rules/governance/model-published";
import { rule as purpose } from "../../../../policies/rules/governance/model-purpose";
import { rule as release } from "../../../../policies/rules/governance/model-release";
import { rule as riskTier } from "../../../../policies/rules/governance/model-risk-tier";
import { rule as verdictRule } from "../../../../policies/rules/governance/model-verdict";
import { rules } from "../../../../policies/rules";
import { judge } from "../../../../policies/judge";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { retry, verdict } from "../../../support/verdicts";
import { goodModelService, releasedImage } from "./good";

const type = "causeway:serving:ModelService";
const good = goodModelService();

ruleSuite(owner, {
  type,
  good,
  deviations: {
    "no owner": (g) => ({ deviant: unset(g, "ownerTeam"), message: /Model "scorer" must name the team that owns it in ownerTeam, got nothing/ }),
    "a blank owner": (g) => set(g, "ownerTeam", " "),
  },
});

ruleSuite(contact, {
  type,
  good,
  deviations: { "text that is no address": (g) => ({ deviant: set(g, "ownerContact", "credit risk"), message: /must have an e-mail address in ownerContact, got "credit risk"/ }) },
});

ruleSuite(purpose, {
  type,
  good,
  deviations: { "no purpose": (g) => ({ deviant: unset(g, "purpose"), message: /must say what it decides in purpose, got nothing/ }) },
});

ruleSuite(riskTier, {
  type,
  good,
  deviations: {
    "a prohibited practice": (g) => ({ deviant: set(g, "riskTier", "prohibited"), message: /must have a riskTier of minimal, limited, high, got "prohibited"/ }),
    "no tier": (g) => unset(g, "riskTier"),
  },
  configured: [{ title: "a high-risk model where none may run", parameters: { allowed: ["minimal"] }, subject: (g) => g, fires: true }],
});

for (const [rule, key, of] of [[artifact, "model", "model file"], [data, "data", "training data"], [code, "code", "training code"], [contract, "contract", "contract"], [card, "card", "model card"]] as const) {
  ruleSuite(rule, {
    type,
    good,
    deviations: {
      [`no digest of the ${of}`]: (g) => ({ deviant: unset(g, `release.digests.${key}`), message: new RegExp(`Model "scorer" must name the digest of its ${of} in release.digests.${key}, got nothing`) }),
      "text that is no digest": (g) => ({ deviant: set(g, `release.digests.${key}`, "sha256:1"), message: /got sha256:1/ }),
    },
  });
}

ruleSuite(release, {
  type,
  good,
  deviations: {
    "no version": (g) => ({ deviant: unset(g, "release.version"), message: /must set release.version to a semantic version, got nothing/ }),
    "a time that is none": (g) => ({ deviant: set(g, "release.createdAt", "yesterday"), message: /must set release.createdAt to a time, got "yesterday"/ }),
  },
});

ruleSuite(evaluation, {
  type,
  good,
  deviations: {
    "few rows": (g) => ({ deviant: set(g, "release.evaluation.rows", 20), message: /must be evaluated on 100 or more rows, got 20/ }),
    "no metrics": (g) => ({ deviant: set(g, "release.evaluation.metrics", {}), message: /must have metrics in release.evaluation.metrics, got none/ }),
  },
  configured: [{ title: "591 rows where a thousand are asked for", parameters: { minimumRows: 1000 }, subject: (g) => g, fires: true }],
});

ruleSuite(intervals, {
  type,
  good,
  deviations: {
    "a bare number": (g) => ({ deviant: set(g, "release.evaluation.metrics.auc", { value: 0.9 }), message: /must give its metric auc a value within an interval, got 0.9 in nothing to nothing/ }),
    "a value outside its interval": (g) => set(g, "release.evaluation.metrics.auc.value", 0.99),
  },
});

ruleSuite(fairness, {
  type,
  good,
  deviations: {
    "no audit": (g) => ({ deviant: set(g, "release.fairness", []), message: /must be audited for fairness, because its risk tier is high, got no audit/ }),
    "a failed audit": (g) => ({ deviant: set(g, "release.fairness.0.passed", false), message: /must pass its fairness audit, got a failure of selection-rate-ratio on race: 0.85/ }),
    "a protected attribute that nobody looked at": (g) => ({ deviant: unset(g, "release.fairness.1"), message: /must be audited for fairness on each protected attribute, got none on sex/ }),
  },
});

ruleSuite(explanation, {
  type,
  good,
  deviations: {
    "no explanation": (g) => ({ deviant: unset(g, "release.explanation"), message: /must name (the method|the digest) of its explanation in release.explanation.(method|digest), got nothing/ }),
    "an explanation without its report": (g) => unset(g, "release.explanation.digest"),
  },
});

ruleSuite(approvalChannel, {
  type,
  good,
  deviations: { "an automatic release": (g) => ({ deviant: set(g, "channel", "automatic"), message: /must set channel to approval, because its risk tier is high, got "automatic"/ }) },
});

ruleSuite(approval, {
  type,
  good,
  deviations: {
    "no approval": (g) => ({ deviant: set(g, "release.approvals", []), message: /must have 1 or more approvals with role, at and reference, got 0/ }),
    "an approval without a reference": (g) => unset(g, "release.approvals.0.reference"),
  },
  configured: [{ title: "one approval where two are asked for", parameters: { minimum: 2 }, subject: (g) => g, fires: true }],
});

ruleSuite(published, {
  type,
  good,
  deviations: { "a release that no registry holds": (g) => ({ deviant: set(g, "release.published", false), message: /must be published before its release 1.0.0 can serve: npm run publish:model -- scorer --repository/ }) },
  configured: [{ title: "an unpublished release with another command", parameters: { command: "make publish MODEL=<model>" }, subject: (g) => set(g, "release.published", false), fires: true }],
});

ruleSuite(logRetention, {
  type,
  good,
  deviations: {
    "three months": (g) => ({ deviant: set(g, "logRetention", "90 days"), message: /must keep prediction logs for 183 days or more, got "90 days"/ }),
    "no retention": (g) => unset(g, "logRetention"),
  },
  configured: [{ title: "400 days where two years are asked for", parameters: { minimumDays: 730 }, subject: (g) => g, fires: true }],
});

const failed = verdict({ digest: releasedImage });
ruleSuite(verdictRule, {
  type,
  good,
  deviations: {
    "a release that was rolled back": (g) => ({ deviant: set(g, "verdicts", [failed]), message: /Model "scorer" must not be released again as 1\.4\.0 \(sha256:a{64}\): it was rolled-back in eu-west-1 at 2026-11-24T10:20:00Z, RolloutAborted: / }),
    "a release that a person aborted": (g) => set(g, "verdicts", [{ ...failed, outcome: "aborted" }]),
    "an image of the stack file that was rolled back": (g) => set(set(g, "verdicts", [{ ...failed, digest: `sha256:${"e".repeat(64)}` }]), "declaredDigest", `sha256:${"e".repeat(64)}`),
    "a decision before the verdict": (g) => set(set(g, "verdicts", [failed]), "retry", { ...retry, at: "2026-11-24T09:00:00Z" }),
    "a decision without a reason": (g) => set(set(g, "verdicts", [failed]), "retry", { ...retry, reason: "" }),
    "a verdict that cannot be read": (g) => ({ deviant: set(g, "verdicts", [{ outcome: "fine" }]), message: /must have verdicts that can be read/ }),
  },
});

ruleSuite(killSwitch, {
  type,
  good,
  deviations: { "a model that is switched off": (g) => ({ deviant: set(g, "killSwitch", { to: "fallback", reason: "declines everybody" }), message: /all requests go to the fallback, because declines everybody/ }) },
});

describe("the rule over verdicts", () => {
  const fires = (change: object) => judge([verdictRule], [{ type, name: "scorer", props: { ...good, ...change } }]).length;

  it("accepts a promotion, the verdict over another image, and a decision after the verdict", () => {
    expect(fires({ verdicts: [{ ...failed, outcome: "promoted" }] })).toBe(0);
    expect(fires({ verdicts: [verdict({ digest: `sha256:${"e".repeat(64)}` })] })).toBe(0);
    expect(fires({ verdicts: [failed], retry: { ...retry, digest: releasedImage } })).toBe(0);
  });
});

describe("rules over models", () => {
  it("ask a limited-risk model for no audit, explanation, approval or long retention", () => {
    const props: Record<string, unknown> = { ...goodModelService(), riskTier: "limited", channel: "automatic", logRetention: "30 days" };
    const modest = { ...props, release: { ...(props["release"] as object), fairness: [], explanation: undefined, approvals: [] } };
    expect(judge(rules.filter(({ kind }) => kind === "resource"), [{ type, name: "scorer", props: modest }])).toEqual([]);
  });

  it("say of an unpublished release without approvals only that it is unpublished", () => {
    const props = set(set(goodModelService(), "release.published", false), "release.approvals", []);
    const found = judge(rules.filter(({ kind }) => kind === "resource"), [{ type, name: "scorer", props }]);
    expect(found.map(({ rule, enforcement }) => [rule.name, enforcement])).toEqual([["governance-model-published", "advisory"]]);
  });
});
