import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { dutiesFor, modelName, modelServiceType, tierOf } from "../../models";

export const rule = resourceRule({
  name: "governance-model-fairness",
  area: "governance",
  description: "High-risk models must be audited for fairness, and must pass.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Train with mitigation until every fairness gate of the contract passes; a gate is changed in the contract, by its owner.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 10(2)" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.11" },
    { framework: "iso-42001", clause: "A.5.4" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    if (!dutiesFor(resource).fairnessAudit) return [];
    const audits = list(resource.props, "release.fairness");
    const audited = audits.map((audit) => text(audit, "attribute"));
    const missed = list(resource.props, "protectedAttributes").filter(
      (attribute) => typeof attribute === "string" && !audited.includes(attribute),
    );
    if (audits.length === 0)
      return [
        `${modelName(resource)} must be audited for fairness, because its risk tier is ${tierOf(resource)}, got no audit`,
      ];
    const failed = audits.filter((audit) => at(audit, "passed") !== true);
    return [
      ...missed.map(
        (attribute) =>
          `${modelName(resource)} must be audited for fairness on each protected attribute, got none on ${String(attribute)}`,
      ),
      ...failed.map(
        (audit) =>
          `${modelName(resource)} must pass its fairness audit, got a failure of ${text(audit, "metric") ?? "a metric"} on ${text(audit, "attribute") ?? "an attribute"}: ${String(at(audit, "value"))}`,
      ),
    ];
  },
});
