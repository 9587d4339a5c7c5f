import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-model-contact",
  area: "governance",
  description: "Models must say how to reach their owner.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set owner.contact in the model's contract to the team's e-mail address.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 26(5)" },
    { framework: "iso-42001", clause: "A.8.3" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const contact = text(resource.props, "ownerContact");
    return contact !== undefined && /^[^@\s]+@[^@\s]+$/.test(contact)
      ? []
      : [
          `${modelName(resource)} must have an e-mail address in ownerContact, got ${shown(contact)}`,
        ];
  },
});
