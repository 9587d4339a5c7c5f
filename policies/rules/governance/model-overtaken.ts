import { overtakenRelease } from "../../../services/evidence/refusals";
import { declaredDigestOf, modelOf, modelServiceType, verdictsOf } from "../../models";
import { at, text } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "governance-model-overtaken",
  area: "governance",
  description:
    "A release that was promoted must not be replaced by an older one of the repository, unless the stack file names its image.",
  severity: "high",
  // Advisory: a plan says it; the program itself refuses the update.
  enforcement: "advisory",
  remediation:
    "Take the promoted release into services/models/<model>/release, or name an image in the stack file to go back on purpose.",
  url: "https://argo-rollouts.readthedocs.io/en/stable/features/rollback/",
  frameworks: [
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const refusal = overtakenRelease(modelOf(resource), {
      release: {
        version: text(resource.props, "release.version") ?? "",
        createdAt: text(resource.props, "release.createdAt") ?? "",
      },
      declaredDigest: declaredDigestOf(resource),
      imageNamed: at(resource.props, "imageNamed") === true,
      // Verdicts that cannot be read are governance-model-verdict's to report.
      verdicts: verdictsOf(resource).data ?? [],
    });
    return refusal === undefined ? [] : [refusal.message];
  },
});
