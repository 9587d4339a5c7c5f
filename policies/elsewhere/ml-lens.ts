import type { Elsewhere } from "./clauses";

const people =
  "The organisation: goals, skills, returns and the framing of the problem are decided before there is anything to plan.";

/**
 * AWS Well-Architected Machine Learning Lens, by pillar: practices without a row of their own.
 * Their numbers differ between editions, so they are not listed one by one.
 */
export const mlLens: Elsewhere = {
  "MLCOST, the rest": `${people} Of the sizing of training and the choice of models nothing is checked; the contract names the resources of a replica.`,
  "MLOE, the rest": `${people} Lineage, versions and feedback are in the release manifest, the ledger and the feedback route; docs/retraining.md and docs/observability.md.`,
  "MLPER, all":
    "No rule. Accuracy, latency and drift are objectives of the contract; the rehearsal, the release's gates and npm run bench measure them.",
  "MLREL, the rest":
    "The release's gates, rollback and rehearsal (docs/delivery.md), the loss of a region in the plan, and npm run gameday.",
  "MLSEC, the rest":
    "Permission to use the data, and its licence, are for the owner of the model to obtain. Poisoned training data is not detected; what validation and the champion's comparison catch is in docs/rehearsal.md.",
  "MLSUS, the rest":
    "The organisation: where data is kept and which region has clean power. Nothing is checked.",
};
