import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-signature",
  area: "governance",
  description:
    "A published release, and with it its image, must be signed by a key that the stack trusts.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Publish with --key, or sign again with npm run attest -- <model> --key <key>; the public key belongs into causeway:trustedKeys.",
  url: "https://github.com/secure-systems-lab/dsse",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.7" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  parameters: { required: true },
  check: (resource, { required }) => {
    const signature = text(resource.props, "verification.signature");
    // A signature that is not of a trusted key is worse than none, wherever it is.
    if (signature === "untrusted")
      return [
        `${modelName(resource)} must be signed by a key of causeway:trustedKeys, got a signature by another key or over other bytes`,
      ];
    if (!required || at(resource.props, "release.published") !== true || signature === "trusted")
      return [];
    return [
      `${modelName(resource)} must be signed by a key of causeway:trustedKeys before it is served, got ${signature === "unchecked" ? "a signature, but the stack trusts no key" : "no signature"}`,
    ];
  },
});
