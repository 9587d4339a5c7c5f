import { mixed } from "../../../infra/gates/blocks";
import { labelGrowth } from "../../../infra/gates/label-blocks";
import { requestsNeeded } from "../../../infra/gates/sample-size";
import { groupGates } from "../../../infra/gates/fairness";
import { scoreGate, scoreLimit } from "../../../infra/gates/scores";
import { mixtureEvidence } from "../../../infra/gates/sequential";
import { normalQuantile } from "../../../infra/gates/statistics";
import { contract } from "../serving/fixture";
import { counts, trialOf } from "./counts";
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

/** Predictions of a block under the version on trial, and of all others. */
const asked = { trial: 10, champion: 90 } as const;
/** Upper edges of the ages of labels in blocks, as the rules tell them apart. */
const edges = [2, 8, 32, 128] as const;

/**
 * Wrong answers against the champion's, which has served before: its labels come from earlier
 * predictions too. `delay` is the mean of a wrong answer's age in blocks.
 */
const compared =
  (share: number, own: number, delay: number): Run =>
  (random) => {
    const later = { trial: [] as number[], champion: [] as number[] };
    let grown = labelGrowth([]);
    let at = 0;
    const predict = (arm: keyof typeof asked, block: number, wrong: number) => {
      for (let i = 0; i < asked[arm]; i += 1) {
        if (random() >= wrong) continue;
        const age = Math.floor(-delay * Math.log(1 - random()));
        const stratum = edges.findIndex((edge) => age < edge);
        if (stratum < 0) continue;
        const cell = (block + age) * edges.length + stratum;
        later[arm][cell] = (later[arm][cell] ?? 0) + 1;
      }
    };
    const before = edges.at(-1)!;
    for (let block = 0; block < before; block += 1) predict("champion", block, share);
    return () => {
      at += 1;
      if (at % asked.trial > 0) return -Infinity;
      const block = before + at / asked.trial - 1;
      predict("trial", block, own);
      predict("champion", block, share);
      edges.forEach((edge, stratum) => {
        // As the rules have it: only where the share of the predictions stayed what it is.
        if (block - edge < before) return;
        const events = (arm: keyof typeof asked) => later[arm][block * edges.length + stratum] ?? 0;
        const added = labelGrowth([
          {
            trial: { events: events("trial"), trials: asked.trial },
            champion: { events: events("champion"), trials: asked.champion },
          },
        ]);
        grown = grown.map((sum, effect) => sum + (added[effect] ?? NaN));
      });
      return mixed(grown);
    };
  };

test("wrong answers that no prediction of the time explains are no evidence", () => {
  const champion = { events: 0, trials: 90 };
  const strata = [{ trial: { events: 9, trials: 0 }, champion }];
  expect(labelGrowth(strata)).toEqual(labelGrowth([]));
});

describe("wrong answers against the champion's, looked at after every ten predictions", () => {
  const [share, worse] = [0.12, 0.2];
  const options = { runs: 200, horizon: 2_000, boundary, every: asked.trial };
  const rows = [0.5, 5, 40].map((delay, i) => ({
    delay,
    same: simulate(compared(share, share, delay), { ...options, seed: 60 + i }),
    bad: simulate(compared(share, worse, delay), { ...options, seed: 70 + i }),
  }));
  afterAll(() =>
    print(
      "Wrong answers of 12% and 20%: 200 runs each, error 5%, ten predictions a block, a champion with nine times the traffic",
      [
        ["blocks until they are known", "refused when alike", "refused when worse", "mean sample"],
        ...rows.map(({ delay, same, bad }) => [
          String(delay),
          percent(same.reached),
          percent(bad.reached),
          Math.round(bad.meanTrials),
        ]),
      ],
    ),
  );

  test.each(rows)(
    "refuses a version that is alike in at most 5% of the runs, and finds a worse one: known after $delay blocks",
    ({ same, bad }) => {
      expect(same.reached).toBeLessThanOrEqual(alpha);
      expect(bad.reached).toBeGreaterThanOrEqual(power);
    },
  );
});

describe("fairness, looked at after every decision", () => {
  const gate = groupGates(contract).find(({ name }) => name === "selection-rate-ratio-sex")!;
  // Selection rates of two groups, the smaller with every fifth decision.
  const run =
    (rate: number, other: number): Run =>
    (random) => {
      const [female, male] = [
        { positive: 0, negative: 0 },
        { positive: 0, negative: 0 },
      ];
      const looked = trialOf(counts(0, { decisions: { sex: { female, male } } }), counts(0));
      return () => {
        const [group, share] =
          random() < 0.2 ? ([female, rate] as const) : ([male, other] as const);
        group[random() < share ? "positive" : "negative"] += 1;
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
    print("Fairness (four-fifths rule): 400 runs each, error 5%, a look at every decision", [
      ["ratio of selection rates", "refused", "mean decisions", "fixed horizon"],
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
      // A block of time in which the champion gets so many requests that chance is the version's alone.
      const looked = {
        ...trialOf(counts(0), counts(0)),
        scores: [{ trial: own, champion: alike.map((p) => 20_000 * p) }],
      };
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
