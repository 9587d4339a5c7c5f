import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelOf, modelServiceType } from "../../models";
import { unsignedRelease } from "../../../services/evidence/refusals";

export const rule = resourceRule({
  name: "governance-model-signature",
  area: "governance",
  description:
    "A published release, and with it its image, must be signed by a key that the stack trusts.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Publish with --key, or sign again with npx causeway release attest <model> --key <key>; the public key belongs into causeway:trustedKeys.",
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
    const judged =
      signature === "untrusted" || (required && at(resource.props, "release.published") === true);
    const refusal = judged ? unsignedRelease(modelOf(resource), signature) : undefined;
    return refusal === undefined ? [] : [refusal.message];
  },
});
