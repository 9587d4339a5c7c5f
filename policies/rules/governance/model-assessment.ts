import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { dutiesFor, modelName, modelServiceType, tierOf } from "../../models";

export const rule = resourceRule({
  name: "governance-model-assessment",
  area: "governance",
  description:
    "The impact assessment of a high-risk model must lie beside its contract as the contract names it.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Write impact-assessment.md beside model.yaml (docs/governance.md says what belongs into it), and name its digest in impactAssessment; after a change, read it again first.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 9" },
    { framework: "eu-ai-act", clause: "Art. 27" },
    { framework: "nist-ai-rmf", clause: "MAP 5.1" },
    { framework: "iso-42001", clause: "A.5.2" },
    { framework: "iso-42001", clause: "A.5.3" },
    { framework: "iso-42001", clause: "A.5.4" },
    { framework: "iso-42001", clause: "A.5.5" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    if (!dutiesFor(resource).impactAssessment) return [];
    const [named, found] = ["named", "found"].map((key) =>
      text(resource.props, `governance.impactAssessment.${key}`),
    );
    if (named === undefined)
      return [
        `${modelName(resource)} must name the digest of its impact assessment, because its risk tier is ${tierOf(resource)}, got nothing`,
      ];
    return named === found
      ? []
      : [
          `${modelName(resource)} must have the impact assessment ${named} beside its contract, got ${found ?? "none"}`,
        ];
  },
});
