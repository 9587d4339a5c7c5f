import { gatesOf } from "../../../../infra/gates/gates";
import { paces } from "../../../../infra/gates/pace";
import { waldEvidence } from "../../../../infra/gates/sequential";
import type { Contract } from "../../../../services/contract/contract";
import { contract, groups, hash, is, isEmpty, outcomes, own, stepMinutes, version } from "./gates";
import { counter, type Scenario } from "./scenario";

/** Gates over what is missed, which needs labels of what was declined. */
const selective: Contract = {
  ...contract,
  gates: {
    ...contract.gates,
    performance: [...contract.gates.performance, { metric: "recall", min: 0.85 }],
    fairness: [{ metric: "equalized-odds-difference", attribute: "race", max: 0.2 }],
  },
};
const queryOf = (of: Contract, gate: string) =>
  gatesOf(of, { ...paces.prod, regions: 1 })
    .gates.find(({ name }) => name === gate)!
    .query({ version, hash });

/** Predictions of the version on trial at a pod; each ten seconds so many more. */
function predictions(pod: string, by: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(by).map(([label, add]) => [
      `causeway_predictions_total{${own(pod)},label="${label}"}`,
      counter([61, add]),
    ]),
  );
}

/** True labels of what was approved alone. */
export const selectiveLabelScenarios: readonly Scenario[] = [
  {
    // 1,000 good applicants in ten minutes, 550 of them approved.
    title: "gates: labels of the approved alone say nothing of recall, and all of precision",
    groups,
    contract: selective,
    stepMinutes,
    inputs: {
      ...outcomes([["a", [9, 0, 1, 0]]], { black: [9, 0, 1, 0], white: [9, 0, 1, 0] }),
      ...predictions("a", { approve: 10, decline: 10 }),
    },
    values: [
      ...["accuracy", "recall", "f1", "equalized-odds-difference-race"].map((gate) =>
        isEmpty(10, queryOf(selective, gate)),
      ),
      is(
        10,
        queryOf(selective, "precision"),
        waldEvidence({ acceptable: 0.1, unacceptable: 0.15 }, 52, 52 + 53 * 9),
      ),
    ],
  },
];
