import { resourceRule } from "../../rule";
import { digestProblem, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-code",
  area: "governance",
  description: "Releases must name the code that trained them.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Package the release again: packaging writes the digest of the training code.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 11" },
    { framework: "iso-42001", clause: "A.6.2.7" },
  ],
  types: [modelServiceType],
  check: (resource) => digestProblem(resource, "release.digests.code", "training code"),
});
