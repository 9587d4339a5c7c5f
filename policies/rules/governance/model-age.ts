import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-age",
  area: "governance",
  description: "A published release must not be older than its contract allows.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Retrain and release again, or have the owner raise release.maximumAge in the contract.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(1)" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.4" },
    { framework: "iso-42001", clause: "A.6.2.6" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    // The age is judged against the clock when the release is verified: a rule has no clock.
    if (at(resource.props, "verification.expired") !== true) return [];
    return [
      `${modelName(resource)} must not serve a release older than ${text(resource.props, "maximumAge") ?? "its contract allows"}, got one of ${text(resource.props, "release.createdAt") ?? "an unknown time"}`,
    ];
  },
});
