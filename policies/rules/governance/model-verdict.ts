import { z } from "zod";
import { failedRelease } from "../../../services/evidence/refusals";
import { retrySchema } from "../../../services/evidence/verdict";
import { declaredDigestOf, modelName, modelOf, modelServiceType, verdictsOf } from "../../models";
import { at } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "governance-model-verdict",
  area: "governance",
  description:
    "A release that was rolled back must not be pushed again unless somebody decided so and said why.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    'Serve another release, or decide to try this one again: npx causeway delivery override <model> --reason "..." records it and prints what to put into the stack file.',
  url: "https://argo-rollouts.readthedocs.io/en/stable/features/analysis/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const verdicts = verdictsOf(resource);
    if (!verdicts.success)
      return [
        `${modelName(resource)} must have verdicts that can be read, got ${z.prettifyError(verdicts.error)}`,
      ];
    const retry = retrySchema.safeParse(at(resource.props, "retry"));
    const refusal = failedRelease(
      modelOf(resource),
      declaredDigestOf(resource) ?? "",
      verdicts.data,
      retry.data,
    );
    return refusal === undefined ? [] : [refusal.message];
  },
});
