import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-model-purpose",
  area: "governance",
  description: "Models must say what they decide.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Write one sentence into purpose in the model's contract.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 13" },
    { framework: "nist-ai-rmf", clause: "MAP 3.3" },
    { framework: "iso-42001", clause: "A.8.2" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const purpose = text(resource.props, "purpose");
    return purpose !== undefined && purpose.trim() !== ""
      ? []
      : [`${modelName(resource)} must say what it decides in purpose, got ${shown(purpose)}`];
  },
});
