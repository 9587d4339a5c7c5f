import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-leakage",
  area: "governance",
  description:
    "A feature that alone separates the labels must be looked at by a person, also where the contract excepts it.",
  severity: "medium",
  // Advisory: the contract's reviewers took the reason; this keeps it in sight.
  enforcement: "advisory",
  remediation:
    "Find out when the value is written. Where that is after the decision, drop the feature from the contract.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 10(2)" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.3" },
  ],
  types: [modelServiceType],
  check: (resource) =>
    list(resource.props, "release.leakageExceptions").map(
      (exception) =>
        `${modelName(resource)} must not know the label from ${text(exception, "feature") ?? "a feature"}, which alone separates it with an AUC of ${String(at(exception, "auc"))}; the contract excepts it: ${text(exception, "reason") ?? "no reason"}`,
    ),
});
