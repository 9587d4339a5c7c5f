import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-kill-switch",
  area: "governance",
  description: "A model must not stay switched off without anybody seeing it.",
  severity: "medium",
  // Advisory: switching off must never be refused; every plan and preview says that it is.
  enforcement: "advisory",
  remediation: "Remove killSwitch from the stack file once the reason is gone.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    if (at(resource.props, "killSwitch") === undefined) return [];
    const to = text(resource.props, "killSwitch.to") ?? "nowhere";
    return [
      `${modelName(resource)} must be switched on again when the reason is gone: all requests go to the ${to}, because ${text(resource.props, "killSwitch.reason") ?? "nobody said why"}`,
    ];
  },
});
