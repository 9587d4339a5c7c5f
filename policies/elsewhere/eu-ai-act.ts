import { each, type Elsewhere } from "./clauses";

/**
 * Regulation (EU) 2024/1689: duties of providers and deployers of high-risk systems, and of others,
 * that no plan shows.
 */
export const euAiAct: Elsewhere = {
  "Art. 4": "Provider and deployer: people who work with the model are trained. Nothing here.",
  "Art. 8": "Met by meeting Art. 9 to 15; together they are not judged by any rule.",
  "Art. 16":
    "Provider: the sum of its duties, name and address on the system, accessibility. Nothing here.",
  "Art. 18":
    "Provider: documentation for ten years. Releases, cards and the ledger are kept for retention.artifacts of the contract; the sample's five years are not enough.",
  "Art. 20":
    "Provider: correct, withdraw, inform. The kill switch, rollback and runbooks are the means (docs/operating.md); informing is for people.",
  "Art. 21":
    "Provider: npm run evidence makes the file that an authority asks for; handing it over is for people.",
  "Art. 22": "Provider outside of the Union: names a representative.",
  ...each(["Art. 23", "Art. 24"], "Importers and distributors. Nothing here."),
  "Art. 25":
    "Whoever changes the purpose or substantially changes the model becomes its provider; contracts between the parties.",
  "Art. 26(1)":
    "Deployer: use by the instructions. prohibitedUses stand in the contract and the card; callers are not hindered.",
  "Art. 26(2)":
    "Deployer: oversight by people with competence, training and authority. Two approvals in different roles are enforced, competence is not.",
  "Art. 26(4)":
    "The model server refuses inputs outside of the contract's ranges, and drift is watched; that inputs represent the purpose is the deployer's to judge.",
  "Art. 26(7)": "Deployer as an employer: informs workers.",
  "Art. 26(8)": "Deployer that is a public authority: registers its use.",
  "Art. 26(9)":
    "Deployer: data protection impact assessment (GDPR Art. 35). impact-assessment.md is none.",
  "Art. 26(10)": "Remote biometric identification: no such model can be described by the contract.",
  "Art. 26(12)": "Deployer: cooperates with authorities; npm run evidence.",
  ...each(
    ["Art. 40", "Art. 41"],
    "Harmonised standards and common specifications: none is claimed.",
  ),
  "Art. 43":
    "Provider: conformity assessment by internal control (Annex VI) for creditworthiness. Not done for the sample.",
  "Art. 47": "Provider: EU declaration of conformity. There is none for the sample.",
  "Art. 48": "Provider: CE marking. Nothing here.",
  "Art. 49": "Provider: registration in the EU database (Art. 71). The sample is not registered.",
  ...each(
    ["Art. 53", "Art. 55"],
    "General-purpose models: the contract describes binary classifiers only.",
  ),
  "Art. 73":
    "Provider: reports serious incidents within 15 days at most. Alerts, logs and the ledger hold the facts; nobody is told by a program.",
};
