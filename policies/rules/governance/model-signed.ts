import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-signed",
  area: "governance",
  description: "Every release must be signed, also one that is only tried.",
  severity: "medium",
  // Advisory: a laptop has no key; what is published is held to governance-model-signature.
  enforcement: "advisory",
  remediation:
    "Give the training steps --signing-key, or sign again with npx causeway release attest <model> --key <key>.",
  url: "https://github.com/secure-systems-lab/dsse",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const signature = text(resource.props, "verification.signature");
    return signature === "none" || signature === undefined
      ? [`${modelName(resource)} must have a signed release, got an unsigned one`]
      : [];
  },
});
