import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { digestProblem, dutiesFor, modelName, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-explanation",
  area: "governance",
  description: "High-risk models must be explained.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Run the explanation step before packaging: it writes the method and the digest of the report.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 13" },
    { framework: "eu-ai-act", clause: "Art. 86" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.9" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    if (!dutiesFor(resource).explanation) return [];
    const method = text(resource.props, "release.explanation.method") ?? "";
    return [
      ...(method === ""
        ? [
            `${modelName(resource)} must name the method of its explanation in release.explanation.method, got nothing`,
          ]
        : []),
      ...digestProblem(resource, "release.explanation.digest", "explanation"),
    ];
  },
});
