import { unauditedModel } from "../../../services/evidence/refusals";
import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { auditOf, modelOf, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-bias-audit",
  area: "governance",
  description:
    "A published release of a high-risk model must have been audited for bias by an external party within a year.",
  severity: "high",
  // Mandatory in prod and advisory elsewhere, by pack configuration; of an unpublished release
  // governance-model-outstanding says it.
  enforcement: "mandatory",
  remediation:
    "Have an independent party audit the model, and record the audit in bias-audit.json beside its contract.",
  url: "https://rules.cityofnewyork.us/rule/automated-employment-decision-tools-updated/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 10(2)" },
    { framework: "nist-ai-rmf", clause: "GOVERN 5.1" },
    { framework: "nist-ai-rmf", clause: "MEASURE 1.3" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.11" },
    { framework: "iso-42001", clause: "A.5.4" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const refusal = unauditedModel(
      modelOf(resource),
      at(resource.props, "riskTier"),
      auditOf(resource),
    );
    return refusal === undefined || at(resource.props, "release.published") !== true
      ? []
      : [refusal.message];
  },
});
