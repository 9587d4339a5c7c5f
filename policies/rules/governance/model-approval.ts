import { at, list, text } from "../../read";
import { resourceRule } from "../../rule";
import { isHighRisk, modelName, modelServiceType } from "./model-service";

export const rule = resourceRule({
  name: "governance-model-approval",
  area: "governance",
  description: "Published releases of high-risk models must carry a recorded approval.",
  severity: "high",
  // Advisory: the canary may start before the decision; the pause in its Rollout is what waits for it.
  enforcement: "advisory",
  remediation: "Record the approval in the release manifest: role, time and a reference to the decision.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  parameters: { minimum: 1 },
  check: (resource, { minimum }) => {
    if (!isHighRisk(resource) || at(resource.props, "release.published") !== true) return [];
    const complete = list(resource.props, "release.approvals").filter((approval) => ["role", "at", "reference"].every((key) => (text(approval, key) ?? "") !== ""));
    return complete.length >= minimum ? [] : [`${modelName(resource)} must have ${minimum} or more approvals with role, at and reference, got ${complete.length}`];
  },
});
