export const frameworks = {
  "pod-security": "Kubernetes Pod Security Standards",
  "cis-eks": "CIS Amazon EKS Benchmark 1.7",
  "ml-lens": "AWS Well-Architected Machine Learning Lens",
  "eu-ai-act": "Regulation (EU) 2024/1689 (AI Act)",
  "nist-ai-rmf": "NIST AI RMF 1.0",
  "iso-42001": "ISO/IEC 42001:2023 Annex A",
} as const;
export type Framework = keyof typeof frameworks;

/** A clause that a rule helps to meet, e.g. `{ framework: "eu-ai-act", clause: "Art. 12" }`. */
export interface FrameworkReference {
  readonly framework: Framework;
  readonly clause: string;
}

/** Clauses that no rule refers to, each with who or what covers it instead. */
export type OpenClauses = Readonly<Record<string, string>>;

/** One text for several clauses. */
function each(clauses: readonly string[], text: string): Record<string, string> {
  return Object.fromEntries(clauses.map((clause) => [clause, text]));
}

/** CIS Amazon EKS Benchmark 1.7: what a plan does not show. */
const cisEks: OpenClauses = {
  ...each(
    ["3.1.1", "3.1.2", "3.1.3", "3.1.4"],
    "AWS: nodes of EKS Auto Mode run its image, nobody can log in to change a file, and a node lives for 21 days at most. Not checked here.",
  ),
  ...each(
    ["3.2.1", "3.2.2", "3.2.3", "3.2.4", "3.2.5", "3.2.6", "3.2.7", "3.2.8", "3.2.9"],
    "AWS: EKS Auto Mode sets the kubelet's arguments and takes none of ours. Not checked here.",
  ),
  "4.3.1":
    "AWS: EKS Auto Mode enforces network policies; only a test in a running cluster can show it, and there is none here.",
  "5.1.3":
    "The node role's policy is AWS's AmazonEC2ContainerRegistryPullOnly; no rule holds it to that.",
};

const people =
  "The organisation: goals, skills, returns and the framing of the problem are decided before there is a plan.";

/**
 * AWS Well-Architected Machine Learning Lens, by pillar: practices without a row of their own.
 * Their numbers differ between editions, so they are not listed one by one.
 */
const mlLens: OpenClauses = {
  "MLCOST, the rest": `${people} Nothing checks the size of training or the choice of models; the contract names the resources of a replica.`,
  "MLOE, the rest": `${people} Lineage, versions and feedback are in the release manifest, the ledger and the feedback route; docs/retraining.md and docs/observability.md.`,
  "MLPER, all":
    "No rule. Accuracy, latency and drift are objectives of the contract; the rehearsal, the release's gates and npm run bench measure them.",
  "MLREL, the rest":
    "The release's gates, rollback and rehearsal (docs/delivery.md), and the loss of a region in the plan (docs/resilience.md).",
  "MLSEC, the rest":
    "Permission to use the data, and its licence, are for the owner of the model to obtain. Poisoned training data is not detected; what validation and the champion's comparison catch is in docs/rehearsal.md.",
  "MLSUS, the rest":
    "The organisation: where data is kept and which region has clean power. Nothing is checked.",
};

/**
 * Regulation (EU) 2024/1689: duties of providers and deployers of high-risk systems, and of others,
 * that no plan shows.
 */
const euAiAct: OpenClauses = {
  "Art. 4": "Provider and deployer: people who work with the model are trained. Nothing here.",
  "Art. 8": "Met by meeting Art. 9 to 15; together they are not judged by any rule.",
  "Art. 16":
    "Provider: the sum of its duties, name and address on the system, accessibility. Nothing here.",
  "Art. 18":
    "Provider: documentation for ten years. Releases, cards and the ledger are kept for retention.artifacts of the contract; the sample's five years are not enough.",
  "Art. 20":
    "Provider: correct, withdraw, inform. The kill switch, rollback and runbooks are the means (docs/operating.md); informing is for people.",
  "Art. 21":
    "Provider: `causeway evidence export` makes the file that an authority asks for; people hand it over.",
  "Art. 22": "Provider outside of the Union: names a representative.",
  ...each(["Art. 23", "Art. 24"], "Importers and distributors. Nothing here."),
  "Art. 25":
    "Who changes the purpose, or substantially changes the model, becomes its provider; contracts between the parties.",
  "Art. 26(1)":
    "Deployer: use by the instructions. The contract and the card list prohibitedUses; nothing stops callers.",
  "Art. 26(2)":
    "Deployer: oversight by people with competence, training and authority. Two approvals in different roles are enforced, competence is not.",
  "Art. 26(4)":
    "The model server refuses inputs outside of the contract's ranges, and drift is watched; that inputs represent the purpose is the deployer's to judge.",
  "Art. 26(7)": "Deployer as an employer: informs workers.",
  "Art. 26(8)": "Deployer that is a public authority: registers its use.",
  "Art. 26(9)":
    "Deployer: data protection impact assessment (GDPR Art. 35). impact-assessment.md is none.",
  "Art. 26(10)": "Remote biometric identification: no such model can be described by the contract.",
  "Art. 26(12)": "Deployer: cooperates with authorities; `causeway evidence export`.",
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
    "Provider: reports serious incidents within 15 days at most. Alerts, logs and the ledger hold the facts; no program reports them.",
};

const organisation = "The organisation:";

/** NIST AI RMF 1.0: outcomes that no plan shows. */
const nistAiRmf: OpenClauses = {
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
    "Owner: rights in third-party data and models, and what happens when they fail. `causeway check dependencies` checks licences of packages.",
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
    "There is no evaluation with people; the data is of people, and k-anonymity and erasure are docs/privacy.md's.",
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

/** ISO/IEC 42001:2023 Annex A: controls of the management system that no plan shows. */
const iso42001: OpenClauses = {
  ...each(
    ["A.2.2", "A.2.3", "A.2.4"],
    "The organisation: an AI policy, in line with its others, reviewed. Nothing here.",
  ),
  "A.3.3":
    "The organisation: a way to report concerns. The contract names the owning team's address.",
  "A.4.2":
    "The plan and its report list every resource of a stack. The list is current, because it comes from the program.",
  "A.4.4":
    "Locks of packages, base images by digest and bills of materials (`causeway release sbom`); no rule over tools that people use.",
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
    "The organisation: responsibilities between it, suppliers and customers, by contracts. Licences and known vulnerabilities of packages are checked by `causeway check dependencies`.",
  ),
};

/** What the rules leave open of each framework, and who or what covers it. */
export const openClauses: Readonly<Record<Framework, OpenClauses>> = {
  "pod-security": {},
  "cis-eks": cisEks,
  "ml-lens": mlLens,
  "eu-ai-act": euAiAct,
  "nist-ai-rmf": nistAiRmf,
  "iso-42001": iso42001,
};
