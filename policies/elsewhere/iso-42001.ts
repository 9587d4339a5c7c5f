import { each, type Elsewhere } from "./clauses";

/** ISO/IEC 42001:2023 Annex A: controls of the management system that no plan shows. */
export const iso42001: Elsewhere = {
  ...each(
    ["A.2.2", "A.2.3", "A.2.4"],
    "The organisation: an AI policy, in line with its others, reviewed. Nothing here.",
  ),
  "A.3.3":
    "The organisation: a way to report concerns. The contract names the owning team's address.",
  "A.4.2":
    "docs/, the plan report and npm run plan list every resource of a stack; that the list is kept current follows from the program.",
  "A.4.4":
    "Locks of packages, base images by digest and bills of materials (npm run sbom); no rule over tools that people use.",
  "A.4.5": "The stack file and the plan report: capacity, regions, cost.",
  "A.4.6": "The organisation: competence of people. Nothing here.",
  ...each(
    ["A.6.1.2", "A.6.1.3"],
    "The organisation: objectives and processes of responsible development. The contract's gates and docs/governance.md are what this repository has of them.",
  ),
  "A.6.2.2":
    "The contract is the model's specification; whether it is the right one is for owner and reviewers.",
  "A.6.2.3": "docs/adr and the model card; the design of a model is in its train.py.",
  "A.7.3": "The owner of the model: acquisition of data. The contract names the source.",
  "A.7.4": "The steps validate and prepare hold the data to the contract (docs/rehearsal.md).",
  "A.7.6": "The step prepare, by code whose digest the release names.",
  "A.8.4":
    "The organisation: plan for telling users of incidents. Alerts reach the owner, not the users.",
  ...each(["A.9.2", "A.9.3"], "The organisation: processes and objectives of responsible use."),
  "A.9.4": "prohibitedUses in contract and card; a use against them is not detected.",
  ...each(
    ["A.10.2", "A.10.3", "A.10.4"],
    "The organisation: responsibilities between it, suppliers and customers, by contracts. Licences and known vulnerabilities of packages are checked by npm run check:dependencies.",
  ),
};
