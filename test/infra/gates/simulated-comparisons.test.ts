import { shareEvidence } from "../../../infra/gates/comparison";
import { requestsNeeded } from "../../../infra/gates/sample-size";
import { groupGates } from "../../../infra/gates/fairness";
import { scoreGate, scoreLimit } from "../../../infra/gates/scores";
import { mixtureEvidence } from "../../../infra/gates/sequential";
import { normalQuantile } from "../../../infra/gates/statistics";
import { contract } from "../serving/fixture";
import { confusion, counts, trialOf } from "./counts";
import {
  alpha,
  boundary,
  draw,
  normal,
  percent,
  power,
  print,
  simulate,
  type Run,
} from "./simulate";

/** Two shares under comparison; `same` is the version's share when it is not worse. */
const comparisons = [
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
        return trials % 10 > 0
          ? -Infinity
          : (shareEvidence(
              { events, trials },
              { events: others, trials: window * ratio * 10 },
              { minimum, spread },
            ) ?? -Infinity);
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
  const gate = groupGates(contract).find(({ name }) => name === "selection-rate-ratio-sex")!;
  // Selection rates of two groups, the smaller with every fifth label.
  const run =
    (rate: number, other: number): Run =>
    (random) => {
      const [female, male] = [{ ...confusion(0) }, { ...confusion(0) }];
      const looked = trialOf(counts(0, { groups: { sex: { female, male } } }), counts(0));
      return () => {
        const [group, share] =
          random() < 0.2 ? ([female, rate] as const) : ([male, other] as const);
        group[random() < share ? "truePositive" : "trueNegative"] += 1;
        return gate.evidence(looked).against ?? -Infinity;
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
  const gate = scoreGate(contract);
  // Moves a share of the rows from the two highest tenths to the two lowest, to a squared Hellinger
  // distance of just the limit.
  const moved = (share: number) =>
    alike.map((p, i) => (i < 2 ? p + share / 2 : i > 7 ? p - share / 2 : p));
  const distance = (shares: readonly number[]) =>
    1 - shares.reduce((sum, p, i) => sum + Math.sqrt(p * alike[i]!), 0);
  let [low, high] = [0, 0.2];
  for (let i = 0; i < 50; i += 1)
    if (distance(moved((low + high) / 2)) < scoreLimit) low = (low + high) / 2;
    else high = (low + high) / 2;
  const run =
    (shares: readonly number[]): Run =>
    (random) => {
      const own = alike.map(() => 0);
      const looked = trialOf(
        counts(0, { scoreTenths: own }),
        counts(0, { scoreTenths: alike.map((p) => 20_000 * p) }),
      );
      let trials = 0;
      return () => {
        trials += 1;
        own[draw(shares, random)]! += 1;
        return trials % 10 > 0 ? -Infinity : (gate.evidence(looked).against ?? -Infinity);
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
      [
        `${scoreLimit.toFixed(3)}, just allowed`,
        percent(edge.reached),
        Math.round(edge.meanTrials),
      ],
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
  const needed = requestsNeeded({ effect: 0.1, significance: alpha, power: 0.8, spread: 0.1 });
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
          requestsNeeded({ effect: 0.2, significance: alpha, power: 0.8, spread: 0.1 }).fixed,
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
