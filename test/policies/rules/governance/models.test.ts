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
import { rule as leakage } from "../../../../policies/rules/governance/model-leakage";
import { rule as owner } from "../../../../policies/rules/governance/model-owner";
import { rule as purpose } from "../../../../policies/rules/governance/model-purpose";
import { rule as release } from "../../../../policies/rules/governance/model-release";
import { rule as riskTier } from "../../../../policies/rules/governance/model-risk-tier";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { goodModelService } from "./good";

const type = "causeway:serving:ModelService";
const good = goodModelService();

ruleSuite(owner, {
  type,
  good,
  deviations: {
    "no owner": (g) => ({
      deviant: unset(g, "ownerTeam"),
      message: /Model "scorer" must name the team that owns it in ownerTeam, got nothing/,
    }),
    "a blank owner": (g) => set(g, "ownerTeam", " "),
  },
});

ruleSuite(contact, {
  type,
  good,
  deviations: {
    "text that is no address": (g) => ({
      deviant: set(g, "ownerContact", "credit risk"),
      message: /must have an e-mail address in ownerContact, got "credit risk"/,
    }),
  },
});

ruleSuite(purpose, {
  type,
  good,
  deviations: {
    "no purpose": (g) => ({
      deviant: unset(g, "purpose"),
      message: /must say what it decides in purpose, got nothing/,
    }),
  },
});

ruleSuite(riskTier, {
  type,
  good,
  deviations: {
    "a prohibited practice": (g) => ({
      deviant: set(g, "riskTier", "prohibited"),
      message: /must have a riskTier of minimal, limited, high, got "prohibited"/,
    }),
    "no tier": (g) => unset(g, "riskTier"),
  },
  configured: [
    {
      title: "a high-risk model where none may run",
      parameters: { allowed: ["minimal"] },
      subject: (g) => g,
      fires: true,
    },
  ],
});

for (const [rule, key, of] of [
  [artifact, "model", "model file"],
  [data, "data", "training data"],
  [code, "code", "training code"],
  [contract, "contract", "contract"],
  [card, "card", "model card"],
] as const) {
  ruleSuite(rule, {
    type,
    good,
    deviations: {
      [`no digest of the ${of}`]: (g) => ({
        deviant: unset(g, `release.digests.${key}`),
        message: new RegExp(
          `Model "scorer" must name the digest of its ${of} in release.digests.${key}, got nothing`,
        ),
      }),
      "text that is no digest": (g) => ({
        deviant: set(g, `release.digests.${key}`, "sha256:1"),
        message: /got sha256:1/,
      }),
    },
  });
}

ruleSuite(release, {
  type,
  good,
  deviations: {
    "no version": (g) => ({
      deviant: unset(g, "release.version"),
      message: /must set release.version to a semantic version, got nothing/,
    }),
    "a time that is none": (g) => ({
      deviant: set(g, "release.createdAt", "yesterday"),
      message: /must set release.createdAt to a time, got "yesterday"/,
    }),
  },
});

ruleSuite(evaluation, {
  type,
  good,
  deviations: {
    "few rows": (g) => ({
      deviant: set(g, "release.evaluation.rows", 20),
      message: /must be evaluated on 100 or more rows, got 20/,
    }),
    "no metrics": (g) => ({
      deviant: set(g, "release.evaluation.metrics", {}),
      message: /must have metrics in release.evaluation.metrics, got none/,
    }),
  },
  configured: [
    {
      title: "591 rows where a thousand are asked for",
      parameters: { minimumRows: 1000 },
      subject: (g) => g,
      fires: true,
    },
  ],
});

ruleSuite(intervals, {
  type,
  good,
  deviations: {
    "a bare number": (g) => ({
      deviant: set(g, "release.evaluation.metrics.auc", { value: 0.9 }),
      message: /must give its metric auc a value within an interval, got 0.9 in nothing to nothing/,
    }),
    "a value outside its interval": (g) => set(g, "release.evaluation.metrics.auc.value", 0.99),
  },
});

ruleSuite(fairness, {
  type,
  good,
  deviations: {
    "no audit": (g) => ({
      deviant: set(g, "release.fairness", []),
      message: /must be audited for fairness, because its risk tier is high, got no audit/,
    }),
    "a failed audit": (g) => ({
      deviant: set(g, "release.fairness.0.outcome", "failed"),
      message: /must pass its fairness audit, got a failure of selection-rate-ratio on race: 0.85/,
    }),
    "an audit without an outcome": (g) => unset(g, "release.fairness.0.outcome"),
    "a failed audit of a model of no high risk": (g) =>
      set(set(g, "riskTier", "minimal"), "release.fairness.0.outcome", "failed"),
    "what is not shown, where nobody is asked": (g) => ({
      deviant: set(
        set(set(set(g, "riskTier", "minimal"), "channel", "automatic"), "release.approvals", []),
        "release.fairness.0.outcome",
        "not shown",
      ),
      message:
        /must have a recorded approval or channel approval, because the held-out rows do not show selection-rate-ratio of race/,
    }),
    "a protected attribute that nobody looked at": (g) => ({
      deviant: unset(g, "release.fairness.1"),
      message: /must be audited for fairness on each protected attribute, got none on sex/,
    }),
  },
});

ruleSuite(leakage, {
  type,
  good,
  deviations: {
    "a feature that is excepted": (g) => ({
      deviant: set(g, "release.leakageExceptions", [
        { feature: "bureau", auc: 0.97, reason: "Known before." },
      ]),
      message:
        /Model "scorer" must not know the label from bureau, which alone separates it with an AUC of 0.97; the contract excepts it: Known before\./,
    }),
  },
});

ruleSuite(explanation, {
  type,
  good,
  deviations: {
    "no explanation": (g) => ({
      deviant: unset(g, "release.explanation"),
      message:
        /must name (the method|the digest) of its explanation in release.explanation.(method|digest), got nothing/,
    }),
    "an explanation without its report": (g) => unset(g, "release.explanation.digest"),
  },
});
