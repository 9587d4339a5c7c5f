import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { dutiesFor, modelName, modelServiceType, tierOf } from "../../models";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-model-approval-channel",
  area: "governance",
  description: "High-risk models must be released by a person's decision.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Set release.channel to approval in the model's contract.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14" },
    { framework: "nist-ai-rmf", clause: "MAP 3.5" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const channel = at(resource.props, "channel");
    return !dutiesFor(resource).humanGate || channel === "approval"
      ? []
      : [
          `${modelName(resource)} must set channel to approval, because its risk tier is ${tierOf(resource)}, got ${shown(channel)}`,
        ];
  },
});
