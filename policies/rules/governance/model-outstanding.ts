import { biasAuditGap } from "../../../services/contract/bias-audit";
import { missingApprovals } from "../../../services/contract/tiers";
import { at } from "../../read";
import { resourceRule } from "../../rule";
import { approvalsIn, auditOf, modelName, modelServiceType, tierOf } from "./model-service";

export const rule = resourceRule({
  name: "governance-model-outstanding",
  area: "governance",
  description: "A model must have everything that its risk tier asks for before it is published for prod.",
  severity: "medium",
  // Advisory: it says of an unpublished release what is still to be done; once it is published, the single rules hold it to that.
  enforcement: "advisory",
  remediation: "docs/governance.md says step by step how a high-risk model goes to prod.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 17(1)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 1.1" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    if (at(resource.props, "release.published") === true) return [];
    const tier = at(resource.props, "riskTier");
    const outstanding = [biasAuditGap(tier, auditOf(resource)), missingApprovals(tier, approvalsIn(resource))].filter((gap) => gap !== undefined);
    return outstanding.map((gap) => `${modelName(resource)} must have ${gap}, before it serves prod, because its risk tier is ${tierOf(resource)}`);
  },
});
