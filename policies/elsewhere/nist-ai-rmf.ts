import { each, type Elsewhere } from "./clauses";

const organisation = "The organisation:";

/** NIST AI RMF 1.0: outcomes that no plan shows. */
export const nistAiRmf: Elsewhere = {
  "GOVERN 1.1": `${organisation} knows the law that binds it. docs/coverage.md lists what is checked of some of it.`,
  "GOVERN 1.2": `${organisation} trustworthiness in its policies. services/contract/tiers.json and the policy pack are the part that is code.`,
  "GOVERN 1.3":
    "services/contract/tiers.json: the tier decides how much is asked; who assigns the tier is for people.",
  "GOVERN 1.4": "docs/governance.md and the policy pack, as far as they go.",
  "GOVERN 1.5":
    "Owner: reviews the assessment; a change of it must be named in the contract again.",
  "GOVERN 1.6":
    "The stack file lists the models that are served, services/models those that exist; an inventory beyond this repository is for people.",
  "GOVERN 1.7":
    "The kill switch, and taking the model out of the stack file; no rule over what follows for those who relied on it.",
  ...each(
    ["GOVERN 2.2", "GOVERN 2.3"],
    `${organisation} training, and executives who take responsibility.`,
  ),
  ...each(
    ["GOVERN 3.1", "GOVERN 3.2"],
    `${organisation} who decides, and with whom. Two approvals by different people in different roles are enforced at release.`,
  ),
  ...each(
    ["GOVERN 4.1", "GOVERN 4.2", "GOVERN 4.3"],
    `${organisation} a culture of caution, and that it speaks of impacts, tests and incidents. The model card and the ledger are there to be read.`,
  ),
  "GOVERN 5.2":
    "Owner: takes feedback into the assessment. True labels come back by the feedback route; opinions do not.",
  ...each(
    ["GOVERN 6.1", "GOVERN 6.2"],
    "Owner: rights in third-party data and models, and what happens when they fail. npm run check:dependencies checks licences of packages.",
  ),
  ...each(
    ["MAP 1.1", "MAP 1.2", "MAP 1.3", "MAP 1.4", "MAP 1.6"],
    "Owner: context, people, goals, value and requirements, in the impact assessment and the contract. A rule asks that the assessment is there, not what it says.",
  ),
  ...each(
    ["MAP 2.1", "MAP 2.2", "MAP 2.3"],
    "The contract (task, target, features) and the model card (limits, data); whether they are right is for reviewers.",
  ),
  ...each(
    ["MAP 3.1", "MAP 3.2"],
    "Owner: benefits and costs, in the impact assessment; the platform's cost is in the plan.",
  ),
  "MAP 3.4": `${organisation} operators who understand the model. Runbooks and explain are the means.`,
  ...each(
    ["MAP 4.1", "MAP 4.2"],
    "Bills of materials and licences of packages; risks of the data's source are for the owner.",
  ),
  "MAP 5.2":
    "Owner: talks with those who are affected. The sample's assessment says that nobody did.",
  "MEASURE 1.1": "The contract's gates and drift settings; which metrics matter is for the owner.",
  "MEASURE 1.2":
    "Owner: whether metrics still fit. The simulated weeks (npm run week) measure the detectors themselves.",
  "MEASURE 2.1":
    "Every report of the training steps is in the release, with code, data and environment by digest.",
  "MEASURE 2.2":
    "No evaluation with people takes place; the data is of people, and k-anonymity and erasure are docs/privacy.md's.",
  "MEASURE 2.6":
    "Safe failure: the rehearsal, the kill switch and its fallback; physical safety is not at stake in what the contract describes.",
  "MEASURE 2.10": "Privacy figures in the report of the step prepare, and the budget of noise.",
  "MEASURE 2.12": "Environmental impact: nothing is measured.",
  "MEASURE 2.13":
    "npm run week and the simulations in test/ measure false alarms and delay of the detectors and gates.",
  ...each(
    ["MEASURE 3.1", "MEASURE 3.2"],
    "Drift, fairness and decay are tracked in production (docs/observability.md); risks that nobody has a metric for are not.",
  ),
  "MEASURE 3.3":
    "Owner: people's appeals. notice says that they may ask; no program takes the request.",
  ...each(
    ["MEASURE 4.1", "MEASURE 4.2", "MEASURE 4.3"],
    "Owner: asks experts and users whether the measurements mean what they seem to.",
  ),
  ...each(
    ["MANAGE 1.2", "MANAGE 1.3", "MANAGE 1.4"],
    "Owner: priorities, responses and what risk remains, in the impact assessment.",
  ),
  ...each(
    ["MANAGE 2.1", "MANAGE 2.2"],
    "Owner: means, and whether not using a model would do. Retraining sustains the value of one that is used.",
  ),
  "MANAGE 2.3":
    "Alerts for drift in any feature, for traffic and for value catch what nobody foresaw as far as it moves them; docs/runbooks.",
  ...each(
    ["MANAGE 3.1", "MANAGE 3.2"],
    "Packages and base images by digest, scanned; no pre-trained model is used.",
  ),
  "MANAGE 4.2": "Retraining and gated releases (docs/retraining.md).",
  "MANAGE 4.3":
    "The ledger holds incidents that somebody acted on; telling those affected is for people.",
};
