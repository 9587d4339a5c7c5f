import { gateNames } from "../../../infra/gates/gates";
import { errorShares, latencyShares } from "../../../infra/gates/requests";
import { outcomesNeeded } from "../../../infra/gates/experiment";
import {
  falseRollback,
  meanTrials,
  mixtureEvidence,
  proof,
  refusal,
  waldWeights,
  type Shares,
} from "../../../infra/gates/sequential";
import { labelGates } from "../../../infra/gates/labels";
import { normalQuantile } from "../../../infra/gates/statistics";
import { randoms } from "../observability/promtool/scenario";
import { contract } from "../serving/fixture";
import {
  draw,
  normal,
  percent,
  print,
  scoreEvidence,
  shareEvidence,
  simulate,
  smoothed,
  type Run,
} from "./simulate";

const alpha = 0.05;
const boundary = Math.log(1 / alpha);
const power = 0.95;

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

/** Two shares under comparison; `same` is the version's share when it is not worse. */
const comparisons = [
  {
    gate: "latency-champion",
    share: 0.01,
    worse: 0.05,
    spread: 0.02,
    ratio: 9,
    fixed: () => fixedTwo(0.01, 0.05, 9),
  },
  {
    gate: "accuracy-champion",
    share: 0.12,
    worse: 0.2,
    spread: 0.05,
    ratio: 9,
    fixed: () => fixedTwo(0.12, 0.2, 9),
  },
];

function fixedTwo(share: number, worse: number, ratio: number): number {
  const variance = worse * (1 - worse) + (share * (1 - share)) / ratio;
  return Math.ceil(
    ((normalQuantile(alpha) + normalQuantile(1 - power)) ** 2 * variance) / (worse - share) ** 2,
  );
}

describe("comparisons with the champion, looked at after every ten requests", () => {
  const minimum = contract.drift.minimumSamples;
  const run =
    (share: number, own: number, spread: number, ratio: number): Run =>
    (random) => {
      // The champion has served before; its window slides as the trial goes on.
      const window = 200;
      const past = Array.from({ length: window }, () => count(share, ratio * 10, random));
      let [others, events, trials, at] = [past.reduce((sum, n) => sum + n, 0), 0, 0, 0];
      return () => {
        trials += 1;
        if (random() < own) events += 1;
        if (trials % 10 === 0) {
          const now = count(share, ratio * 10, random);
          others += now - past[at % window]!;
          past[at % window] = now;
          at += 1;
        }
        return trials < minimum || trials % 10 > 0
          ? -Infinity
          : shareEvidence([events, trials], [others, window * ratio * 10], spread);
      };
    };
  const rows = comparisons.map(({ gate, share, worse, spread, ratio, fixed }, i) => ({
    gate,
    share,
    worse,
    fixed: fixed(),
    same: simulate(run(share, share, spread, ratio), {
      runs: 200,
      horizon: 2_000,
      boundary,
      seed: 60 + i,
      every: 10,
    }),
    bad: simulate(run(share, worse, spread, ratio), {
      runs: 200,
      horizon: 2_000,
      boundary,
      seed: 70 + i,
      every: 10,
    }),
  }));
  afterAll(() =>
    print(
      "Comparisons of shares: 200 runs each, error 5%, a look at every ten requests, a champion with nine times the traffic",
      [
        [
          "gate",
          "champion",
          "worse",
          "refused when alike",
          "refused when worse",
          "mean sample",
          "fixed horizon",
        ],
        ...rows.map(({ gate, share, worse, same, bad, fixed }) => [
          gate,
          percent(share),
          percent(worse),
          percent(same.reached),
          percent(bad.reached),
          Math.round(bad.meanTrials),
          fixed,
        ]),
      ],
    ),
  );

  test.each(rows)(
    "$gate refuses a version that is alike in at most 5% of the runs, and finds a worse one",
    ({ same, bad }) => {
      expect(same.reached).toBeLessThanOrEqual(alpha);
      expect(bad.reached).toBeGreaterThanOrEqual(power);
    },
  );
});

function count(share: number, trials: number, random: () => number): number {
  // Normal approximation of a binomial, which is enough for the side that has nine times the
  // requests.
  return Math.max(
    0,
    Math.round(share * trials + Math.sqrt(share * (1 - share) * trials) * normal(random)),
  );
}

describe("fairness, looked at after every label", () => {
  const { minimumGroupSize } = contract.gates;
  // Selection rates of two groups, the smaller with every fifth label.
  const run =
    (rate: number, other: number): Run =>
    (random) => {
      const [a, b] = [
        { k: 0, n: 0 },
        { k: 0, n: 0 },
      ];
      return () => {
        const [group, share] = random() < 0.2 ? ([a, rate] as const) : ([b, other] as const);
        group.n += 1;
        if (random() < share) group.k += 1;
        if (a.n < minimumGroupSize || b.n < minimumGroupSize) return -Infinity;
        const [p, q] = [smoothed(a.k, a.n), smoothed(b.k, b.n)];
        return mixtureEvidence(
          Math.abs(Math.log(p / q)) + Math.log(0.8),
          (1 - p) / (p * a.n) + (1 - q) / (q * b.n),
          0.2,
        );
      };
    };
  const options = { runs: 400, horizon: 2_000, boundary };
  const [equal, edge, unfair] = [
    simulate(run(0.85, 0.85), { ...options, seed: 81 }),
    simulate(run(0.8 * 0.85, 0.85), { ...options, seed: 82 }),
    simulate(run(0.5, 0.85), { ...options, seed: 83 }),
  ];
  const variance = 0.5 / 0.5 / 0.2 + 0.15 / 0.85 / 0.8;
  const fixed = Math.ceil(
    ((normalQuantile(alpha) + normalQuantile(1 - power)) ** 2 * variance) /
      Math.log(0.5 / 0.85 / 0.8) ** 2,
  );
  afterAll(() =>
    print("Fairness (four-fifths rule): 400 runs each, error 5%, a look at every label", [
      ["ratio of selection rates", "refused", "mean labels", "fixed horizon"],
      ["1", percent(equal.reached), Math.round(equal.meanTrials), ""],
      ["0.8, just allowed", percent(edge.reached), Math.round(edge.meanTrials), ""],
      ["0.59", percent(unfair.reached), Math.round(unfair.meanTrials), fixed],
    ]),
  );

  test("refuses a version that is fair, or just within the limit, in at most 5% of the runs", () => {
    expect(equal.reached).toBe(0);
    expect(edge.reached).toBeLessThanOrEqual(alpha);
  });

  test("finds a version that is unfair to a small group", () => {
    expect(unfair.reached).toBe(1);
  });
});

describe("scores against the champion's, looked at after every ten rows", () => {
  const alike = [0.01, 0.01, 0.02, 0.02, 0.04, 0.06, 0.1, 0.2, 0.3, 0.24];
  const lambda = 0.2;
  // Moves a share of the rows from the two highest tenths to the two lowest, to a squared Hellinger
  // distance of just the limit.
  const moved = (share: number) =>
    alike.map((p, i) => (i < 2 ? p + share / 2 : i > 7 ? p - share / 2 : p));
  const distance = (shares: readonly number[]) =>
    1 - shares.reduce((sum, p, i) => sum + Math.sqrt(p * alike[i]!), 0);
  let [low, high] = [0, lambda];
  for (let i = 0; i < 50; i += 1)
    if (distance(moved((low + high) / 2)) < 1 / 32) low = (low + high) / 2;
    else high = (low + high) / 2;
  const run =
    (shares: readonly number[]): Run =>
    (random) => {
      const [own, other] = [alike.map(() => 0), alike.map((p) => 20_000 * p)];
      let trials = 0;
      return () => {
        trials += 1;
        own[draw(shares, random)]! += 1;
        return trials < 200 || trials % 10 > 0 ? -Infinity : scoreEvidence(own, other);
      };
    };
  const options = { runs: 300, horizon: 2_000, boundary, every: 10 };
  const [same, edge, shifted] = [
    simulate(run(alike), { ...options, seed: 91 }),
    simulate(run(moved(low)), { ...options, seed: 92 }),
    simulate(run(moved(0.25)), { ...options, seed: 93 }),
  ];
  afterAll(() =>
    print("Scores against the champion's: 300 runs each, error 5%, a look at every ten rows", [
      ["squared Hellinger distance", "refused", "mean rows"],
      ["0", percent(same.reached), Math.round(same.meanTrials)],
      [`${(1 / 32).toFixed(3)}, just allowed`, percent(edge.reached), Math.round(edge.meanTrials)],
      [distance(moved(0.25)).toFixed(3), percent(shifted.reached), Math.round(shifted.meanTrials)],
    ]),
  );

  test("refuse a version that scores alike, or just within the limit, in at most 5% of the runs", () => {
    expect(same.reached).toBe(0);
    expect(edge.reached).toBeLessThanOrEqual(alpha);
  });

  test("find scores that have moved", () => {
    expect(shifted.reached).toBe(1);
  });
});

describe("an A/B test of the business value, looked at after every ten outcomes of each arm", () => {
  const needed = outcomesNeeded({ effect: 0.1, significance: alpha, power: 0.8, spread: 0.1 });
  // Both directions: the evidence of the mixture without a sign.
  const run =
    (effect: number): Run =>
    (random) => {
      let [sum, trials] = [0, 0];
      return () => {
        trials += 1;
        sum += normal(random) * Math.SQRT2 + effect;
        return trials < 200 || trials % 10 > 0
          ? -Infinity
          : mixtureEvidence(Math.abs(sum / trials), 2 / trials, 0.1);
      };
    };
  const options = { runs: 500, boundary, every: 10 };
  const same = simulate(run(0), { ...options, horizon: 6_000, seed: 101 });
  const better = simulate(run(0.1), { ...options, horizon: needed.sequential, seed: 102 });
  const far = simulate(run(0.2), { ...options, horizon: needed.sequential, seed: 103 });
  afterAll(() =>
    print(
      "A/B test of the business value: 500 runs each, significance 5%, a look at every ten outcomes",
      [
        [
          "difference in standard deviations",
          "decided",
          "mean outcomes of an arm",
          "fixed horizon (power 80%)",
        ],
        ["0", percent(same.reached), Math.round(same.meanTrials), ""],
        ["0.1", percent(better.reached), Math.round(better.meanTrials), needed.fixed],
        [
          "0.2",
          percent(far.reached),
          Math.round(far.meanTrials),
          outcomesNeeded({ effect: 0.2, significance: alpha, power: 0.8, spread: 0.1 }).fixed,
        ],
      ],
    ),
  );

  test("decides between versions that are alike in at most 5% of the runs, however often one looks", () => {
    expect(same.reached).toBeLessThanOrEqual(alpha);
  });

  test("finds a difference with the power that is stated, within the outcomes that are stated", () => {
    expect(better.reached).toBeGreaterThanOrEqual(0.8);
    expect(far.reached).toBe(1);
    expect(far.meanTrials).toBeLessThan(needed.fixed / 2);
  });
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
