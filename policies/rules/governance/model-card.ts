import { resourceRule } from "../../rule";
import { digestProblem, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-card",
  area: "governance",
  description: "Releases must carry a model card.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Package the release again: packaging writes the card and its digest.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 11" },
    { framework: "eu-ai-act", clause: "Art. 13" },
    { framework: "iso-42001", clause: "A.6.2.7" },
    { framework: "iso-42001", clause: "A.8.2" },
  ],
  types: [modelServiceType],
  check: (resource) => digestProblem(resource, "release.digests.card", "model card"),
});
