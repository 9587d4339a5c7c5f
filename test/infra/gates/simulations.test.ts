import { gateNames } from "../../../infra/gates/gates";
import { errorShares, latencyShares } from "../../../infra/gates/requests";
import {
  falseRollback,
  meanTrials,
  proof,
  refusal,
  waldWeights,
  type Shares,
} from "../../../infra/gates/sequential";
import { labelGates } from "../../../infra/gates/labels";
import { normalQuantile } from "../../../infra/gates/statistics";
import { randoms } from "../observability/promtool/scenario";
import { contract } from "../serving/fixture";
import { alpha, boundary, percent, power, print, simulate, type Run } from "./simulate";

/**
 * Trials that a test with a fixed horizon of the same error and power takes (normal approximation
 * of two shares).
 */
function fixedTrials({ acceptable, unacceptable }: Shares, error = alpha): number {
  const spread = (share: number) => Math.sqrt(share * (1 - share));
  return Math.ceil(
    ((normalQuantile(error) * spread(acceptable) +
      normalQuantile(1 - power) * spread(unacceptable)) /
      (unacceptable - acceptable)) **
      2,
  );
}

/** A Wald test of single events. */
function wald(shares: Shares, share: number): Run {
  const { event, trial } = waldWeights(shares);
  return (random) => {
    let evidence = 0;
    return () => (evidence += trial + (random() < share ? event : 0));
  };
}

/** Runs of the tests of single events. */
const runs = 1_000;

/**
 * A bound on a probability, and three standard deviations of the share of so many runs: the bound
 * of these tests is nearly reached.
 */
function withNoise(bound: number, of: number): number {
  return bound + 3 * Math.sqrt((bound * (1 - bound)) / of);
}

const single = {
  errors: errorShares(contract),
  latency: latencyShares,
  ...Object.fromEntries(labelGates(contract).map(({ metric, shares }) => [metric, shares])),
} satisfies Record<string, Shares>;

describe("gates of single events, looked at after every request", () => {
  const rows = Object.entries<Shares>(single).map(([gate, shares], i) => {
    const horizon = 8 * fixedTrials(shares);
    const at = (share: number, seed: number, of = runs) =>
      simulate(wald(shares, share), { runs: of, horizon, boundary, seed });
    return {
      gate,
      shares,
      fixed: fixedTrials(shares),
      same: at(shares.acceptable, 10 + i),
      better: at(shares.acceptable / 2, 20 + i, 100),
      bad: at(shares.unacceptable, 30 + i),
      worse: at(Math.min(0.9, 5 * shares.unacceptable), 40 + i),
    };
  });
  afterAll(() =>
    print("Gates of single events: 1,000 runs each, error 5%, a look at every request", [
      [
        "gate",
        "fine",
        "bad",
        "refused when fine",
        "refused when bad",
        "mean sample",
        "fixed horizon",
        "mean at 5 x bad",
      ],
      ...rows.map(({ gate, shares, same, bad, worse, fixed }) => [
        gate,
        percent(shares.acceptable),
        percent(shares.unacceptable),
        percent(same.reached),
        percent(bad.reached),
        Math.round(bad.meanTrials),
        fixed,
        Math.round(worse.meanTrials),
      ]),
    ]),
  );

  test.each(rows)(
    "$gate refuses a version at the acceptable share, and one that is better, in at most 5% of the runs",
    ({ same, better }) => {
      expect(same.reached).toBeLessThanOrEqual(withNoise(alpha, runs));
      expect(better.reached).toBeLessThanOrEqual(alpha / 2);
    },
  );

  test.each(rows)(
    "$gate finds a bad version always, with fewer requests than a fixed horizon needs",
    ({ bad, fixed, worse }) => {
      expect(bad.reached).toBe(1);
      expect(bad.meanTrials).toBeLessThan(fixed);
      expect(worse.meanTrials).toBeLessThan(bad.meanTrials / 3);
    },
  );
});

describe("the proof", () => {
  const prove = (shares: Shares, share: number, seed: number) => {
    const run = wald(shares, share);
    return simulate(
      (random) => {
        const next = run(random);
        return () => -next();
      },
      { runs: 300, horizon: 5_000, boundary: -proof, seed },
    );
  };

  test.each([
    ["errors", single.errors],
    ["latency", latencyShares],
  ] as const)(
    "of %s passes a bad version in at most 5% of the runs, and a good one soon",
    (_, shares) => {
      expect(prove(shares, shares.unacceptable, 51).reached).toBeLessThanOrEqual(
        withNoise(0.05, 300),
      );
      const good = prove(shares, 0, 52);
      expect(good.reached).toBe(1);
      expect(good.meanTrials).toBe(Math.ceil(meanTrials(shares, 0, proof)));
    },
  );
});

describe("a whole release of a version that is like the champion", () => {
  test("is refused by some gate in at most 1% of the releases", () => {
    const gates = gateNames(contract).length;
    const limit = refusal(gates);
    expect(limit).toBeCloseTo(Math.log(gates / falseRollback), 12);
    const releases = 1_000;
    const random = randoms(111);
    let refused = 0;
    for (let i = 0; i < releases; i += 1) {
      const runs = [
        wald(single.errors, single.errors.acceptable),
        wald(latencyShares, latencyShares.acceptable),
        ...labelGates(contract).map(({ shares }) => wald(shares, shares.acceptable)),
      ].map((run) => run(random));
      let against = false;
      for (let n = 0; n < 1_500 && !against; n += 1) against = runs.some((next) => next() >= limit);
      if (against) refused += 1;
    }
    print("A/A releases, all gates of single events at their acceptable share for 1,500 requests", [
      ["releases", "refused"],
      [releases, percent(refused / releases)],
    ]);
    expect(refused / releases).toBeLessThanOrEqual(falseRollback);
  });
});
