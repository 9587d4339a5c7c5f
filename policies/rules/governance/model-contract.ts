import { resourceRule } from "../../rule";
import { digestProblem, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-contract",
  area: "governance",
  description: "Releases must name the contract whose gates they passed.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Package the release again: packaging writes the digest of model.yaml.",
  url: "https://airc.nist.gov/airmf-resources/airmf/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 11" },
    { framework: "iso-42001", clause: "A.6.2.4" },
  ],
  types: [modelServiceType],
  check: (resource) => digestProblem(resource, "release.digests.contract", "contract"),
});
