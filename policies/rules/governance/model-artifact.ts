import { resourceRule } from "../../rule";
import { digestProblem, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-artifact",
  area: "governance",
  description: "Releases must name the very model file that was evaluated.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Package the release again: packaging writes the digest of the ONNX file.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  check: (resource) => digestProblem(resource, "release.digests.model", "model file"),
});
