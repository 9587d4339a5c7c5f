import { biasAuditGap } from "../../../services/evidence/bias-audit";
import { missingApprovals } from "../../../services/contract/tiers";
import { at } from "../../resources";
import { resourceRule, type ResourceView } from "../../rule";
import {
  approvalsIn,
  auditOf,
  modelName,
  modelServiceType,
  tierOf,
  undecidedFairnessOf,
} from "../../models";

export const rule = resourceRule({
  name: "governance-model-outstanding",
  area: "governance",
  description:
    "A model must have everything that its risk tier asks for before it is published for prod, and a release that was made by its contract as it is.",
  severity: "medium",
  // Advisory: it says of an unpublished release what is still to be done; once it is published, the
  // single rules hold it to that. A contract that changed may have changed in what no release
  // depends on, such as replicas; where it does not fit, the server does not start.
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
    const changed = contractChange(resource);
    if (at(resource.props, "release.published") === true) return changed;
    const undecided =
      approvalsIn(resource).length > 0
        ? []
        : undecidedFairnessOf(resource).map(
            (result) =>
              `${modelName(resource)} must have a person's approval before it serves prod, because the held-out rows do not show ${result}`,
          );
    const tier = at(resource.props, "riskTier");
    const outstanding = [
      biasAuditGap(tier, auditOf(resource)),
      missingApprovals(tier, approvalsIn(resource)),
    ].filter((gap) => gap !== undefined);
    return [...changed, ...undecided].concat(
      outstanding.map(
        (gap) =>
          `${modelName(resource)} must have ${gap}, before it serves prod, because its risk tier is ${tierOf(resource)}`,
      ),
    );
  },
});

/** Gates, threshold and features of a release are those of the contract that it was made by. */
function contractChange(resource: ResourceView): string[] {
  const [is, was] = [
    at(resource.props, "governance.contract"),
    at(resource.props, "release.digests.contract"),
  ];
  if (typeof is !== "string" || typeof was !== "string" || is === was) return [];
  return [
    `${modelName(resource)} must have a release that was made by its contract as it is: model.yaml has ${is}, the release names ${was}; npx causeway release renew makes one that is not published, a retraining the next version`,
  ];
}
