import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { dutiesFor, modelName, modelServiceType, tierOf } from "../../models";

export const rule = resourceRule({
  name: "governance-model-notice",
  area: "governance",
  description: "Models of limited and high risk must say what people are told of them.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Write notice in the model's contract: that a machine takes part, who decides, and what people may ask for.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 26(11)" },
    { framework: "eu-ai-act", clause: "Art. 50" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.8" },
    { framework: "iso-42001", clause: "A.8.2" },
    { framework: "iso-42001", clause: "A.8.5" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    if (!dutiesFor(resource).notice || (text(resource.props, "notice") ?? "").trim() !== "")
      return [];
    return [
      `${modelName(resource)} must tell people that a machine takes part, because its risk tier is ${tierOf(resource)}, got no notice`,
    ];
  },
});
