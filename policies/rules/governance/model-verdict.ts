import { z } from "zod";
import { forbiddingVerdict, retrySchema, verdictSchema } from "../../../services/evidence/verdict";
import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";

const { version, digest, region, outcome, message, finishedAt } = verdictSchema.shape;
const judged = z.object({ version, digest, region, outcome, message, finishedAt });

export const rule = resourceRule({
  name: "governance-model-verdict",
  area: "governance",
  description:
    "A release that was rolled back must not be pushed again unless somebody decided so and said why.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    'Serve another release, or decide to try this one again: npm run delivery -- override <model> --reason "..." records it and prints what to put into the stack file.',
  url: "https://argo-rollouts.readthedocs.io/en/stable/features/analysis/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const verdicts = z.array(judged).safeParse(list(resource.props, "verdicts"));
    if (!verdicts.success)
      return [
        `${modelName(resource)} must have verdicts that can be read, got ${z.prettifyError(verdicts.error)}`,
      ];
    const image =
      text(resource.props, "declaredDigest") ?? text(resource.props, "release.image.digest") ?? "";
    const retry = retrySchema.safeParse(at(resource.props, "retry"));
    const verdict = forbiddingVerdict(image, verdicts.data, retry.data);
    if (verdict === undefined) return [];
    const { version, outcome, region, finishedAt, message } = verdict;
    return [
      `${modelName(resource)} must not be released again as ${version} (${image}): it was ${outcome} in ${region} at ${finishedAt}${message === "" ? "" : `, ${message}`}`,
    ];
  },
});
