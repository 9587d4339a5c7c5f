import { resourceRule } from "../../rule";
import { digestProblem, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-data",
  area: "governance",
  description: "Releases must name the data that they were trained on.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Train from a prepared data set: preparation writes its digest into the run.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 10" },
    { framework: "iso-42001", clause: "A.7.5" },
    { framework: "iso-42001", clause: "A.4.3" },
  ],
  types: [modelServiceType],
  check: (resource) => digestProblem(resource, "release.digests.data", "training data"),
});
