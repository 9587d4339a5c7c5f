import { dutiesByTier, riskTiers } from "../../../services/contract/tiers";
import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-model-risk-tier",
  area: "governance",
  description: "Models must have a known risk tier, and prohibited ones must not run.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Assess the use of the model and set riskTier in its contract; a prohibited practice (EU AI Act Art. 5) cannot be deployed.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 5" },
    { framework: "eu-ai-act", clause: "Art. 6" },
    { framework: "eu-ai-act", clause: "Art. 9" },
    { framework: "nist-ai-rmf", clause: "MAP 1.5" },
    { framework: "iso-42001", clause: "A.5.2" },
  ],
  types: [modelServiceType],
  parameters: { allowed: riskTiers.filter((tier) => dutiesByTier[tier].allowed) },
  check: (resource, { allowed }) => {
    const tier = text(resource.props, "riskTier");
    return tier !== undefined && allowed.some((one) => one === tier)
      ? []
      : [
          `${modelName(resource)} must have a riskTier of ${allowed.join(", ")}, got ${shown(tier)}`,
        ];
  },
});
