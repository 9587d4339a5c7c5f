import { missingApprovals } from "../../../services/contract/tiers";
import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { approvalsIn, modelName, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-approval",
  area: "governance",
  description:
    "Published releases of high-risk models must carry the approvals that their tier asks for.",
  severity: "high",
  // Advisory: the canary may start before the decision; the pause in its Rollout waits for it, and
  // The resumer ends that only with all of them on record.
  enforcement: "advisory",
  remediation:
    "Record the approvals (npx causeway delivery approve), then npx causeway release attest <model> --ledger <where> --key <key>: it copies them from the ledger into the manifest and signs it again.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const missing =
      at(resource.props, "release.published") === true
        ? missingApprovals(at(resource.props, "riskTier"), approvalsIn(resource))
        : undefined;
    return missing === undefined ? [] : [`${modelName(resource)} must have ${missing}`];
  },
});
