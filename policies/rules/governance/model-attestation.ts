import { list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelOf, modelServiceType } from "../../models";
import { alteredRelease } from "../../../services/evidence/refusals";

export const rule = resourceRule({
  name: "governance-model-attestation",
  area: "governance",
  description: "A release must be what was attested: every file, its manifest and its image.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Restore the release folder as it was packaged, or package the release again; npx causeway release verify <model> lists every digest.",
  url: "https://github.com/in-toto/attestation/blob/main/spec/README.md",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    if (text(resource.props, "verification.signature") === undefined)
      return [`${modelName(resource)} must be verified before it is deployed, got no verification`];
    const problems = list(resource.props, "verification.problems").filter(
      (problem) => typeof problem === "string",
    );
    return alteredRelease(modelOf(resource), problems).map(({ message }) => message);
  },
});
