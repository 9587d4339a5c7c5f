import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import {
  approvalsIn,
  dutiesFor,
  modelName,
  modelServiceType,
  tierOf,
  undecidedFairnessOf,
} from "../../models";

export const rule = resourceRule({
  name: "governance-model-fairness",
  area: "governance",
  description:
    "No model may fail a fairness gate; high-risk models must be audited, and a person must decide about what an audit does not show.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Train with mitigation until no fairness gate of the contract fails; a gate is changed in the contract, by its owner. For what is not shown, hold out more rows, or take the release through channel approval.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 10(2)" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.11" },
    { framework: "iso-42001", clause: "A.5.4" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const audits = list(resource.props, "release.fairness");
    const failed = audits
      .filter((audit) => !["held", "not shown"].includes(text(audit, "outcome") ?? ""))
      .map(
        (audit) =>
          `${modelName(resource)} must pass its fairness audit, got a failure of ${text(audit, "metric") ?? "a metric"} on ${text(audit, "attribute") ?? "an attribute"}: ${String(at(audit, "value"))}`,
      );
    // With channel approval the Rollout waits for the decision; here nothing would.
    const undecided =
      at(resource.props, "release.published") === true &&
      text(resource.props, "channel") !== "approval" &&
      approvalsIn(resource).length === 0
        ? undecidedFairnessOf(resource).map(
            (result) =>
              `${modelName(resource)} must have a recorded approval or channel approval, because the held-out rows do not show ${result}`,
          )
        : [];
    if (!dutiesFor(resource).fairnessAudit) return [...failed, ...undecided];
    const audited = audits.map((audit) => text(audit, "attribute"));
    const missed = list(resource.props, "protectedAttributes").filter(
      (attribute) => typeof attribute === "string" && !audited.includes(attribute),
    );
    if (audits.length === 0)
      return [
        `${modelName(resource)} must be audited for fairness, because its risk tier is ${tierOf(resource)}, got no audit`,
      ];
    return [
      ...missed.map(
        (attribute) =>
          `${modelName(resource)} must be audited for fairness on each protected attribute, got none on ${String(attribute)}`,
      ),
      ...failed,
      ...undecided,
    ];
  },
});
