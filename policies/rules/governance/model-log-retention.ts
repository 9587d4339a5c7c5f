import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { minimumLogDays } from "../../../services/contract/tiers";
import { shown } from "../../kubernetes";
import { dutiesFor, lengthInDays, modelName, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-log-retention",
  area: "governance",
  description: "High-risk models must keep their prediction logs for at least six months.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Set retention.predictionLogs in the model's contract to 183 days or more.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "eu-ai-act", clause: "Art. 19" },
    { framework: "eu-ai-act", clause: "Art. 26(6)" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: [modelServiceType],
  parameters: { minimumDays: minimumLogDays },
  check: (resource, { minimumDays }) => {
    if (dutiesFor(resource).logDays === 0) return [];
    const retention = text(resource.props, "logRetention");
    return lengthInDays(retention) >= minimumDays
      ? []
      : [
          `${modelName(resource)} must keep prediction logs for ${minimumDays} days or more, got ${shown(retention)}`,
        ];
  },
});
