import { groupGates } from "../../../infra/gates/fairness";
import { gateNames } from "../../../infra/gates/gates";
import { refusal } from "../../../infra/gates/sequential";
import { contract } from "../serving/fixture";
import { counts, trialOf } from "./counts";
import { simulate, type Run } from "./simulate";

const parity = { metric: "demographic-parity-difference", attribute: "sex" } as const;
const boundary = refusal(gateNames(contract).length);

/**
 * A group with a decision at each step, and one of thirty times its size, whose share has settled, just
 * as far apart as is allowed.
 */
const run =
  (rate: number, other: number): Run =>
  (random) => {
    const max = other - rate;
    const [gate] = groupGates({
      ...contract,
      gates: { ...contract.gates, fairness: [{ ...parity, max }], minimumGroupSize: 30 },
    });
    let [labels, selected] = [0, 0];
    return () => {
      labels += 1;
      if (random() < rate) selected += 1;
      const of = (all: number, positive: number) => ({ positive, negative: all - positive });
      const sex = {
        female: of(labels, selected),
        male: of(30 * labels, 30 * labels * other),
      };
      const looked = trialOf(counts(0, { decisions: { sex } }), counts(0));
      return gate?.evidence(looked).against ?? -Infinity;
    };
  };

describe("a fairness gate of a release with a small group", () => {
  it.each([
    [0.05, 0.25],
    [0.05, 0.15],
    [0.1, 0.3],
    [0.4, 0.6],
  ])("refuses shares of %d and %d, just allowed, hardly ever", (rate, other) => {
    const { reached } = simulate(run(rate, other), {
      runs: 1_000,
      horizon: 400,
      boundary,
      seed: 7,
    });
    expect(reached).toBeLessThanOrEqual(0.003);
  });
});
