import { blockSeconds } from "../../../../infra/gates/blocks";
import { comparisonSeconds } from "../../../../infra/gates/scores";
import { gatesOf } from "../../../../infra/gates/gates";
import { mixtureEvidence } from "../../../../infra/gates/sequential";
import {
  disagreement as disagreementShares,
  scoreDistance,
  shadowGates,
} from "../../../../infra/gates/shadow";
import { positionOf, shadowScale, type Bucket } from "../../../../infra/gates/shadow-statistics";
import { paces } from "../../../../infra/gates/pace";
import { counter, gauge, randoms, small, type Scenario } from "./scenario";

const version = "2.0.0";
const hash = "abc123";
const own = (of: "trial" | "champion") =>
  `model="${small.name}",version="${of === "trial" ? version : "1.0.0"}",pod="${of}",rollouts_pod_template_hash="${of === "trial" ? hash : "stable"}"`;

const scoreQuery = gatesOf(small, { ...paces.prod, regions: 1 })
  .gates.find(({ name }) => name === "score-champion")!
  .query({ version, hash });
const shadow = {
  contract: small,
  trial: hash,
  champion: "stable",
  windowSeconds: 600,
  minimumRows: 200,
  regions: 1,
  looks: 61,
};
const [disagreement, distance] = shadowGates(shadow);

/**
 * Within a hundred-thousandth of what the function computes; the windows of `increase()` are whole
 * here, so nothing is extrapolated away.
 */
const near = (minute: number, expr: string, value: number) => ({
  minute,
  expr: `abs((${expr}) - ${value.toPrecision(12)}) < bool ${Math.max(1e-9, 1e-5 * Math.abs(value))}`,
  samples: { "{}": 1 },
});

/** Minutes of a block. */
const stepMinutes = blockSeconds / 60;

/** Requests by tenth of the score in each block. */
function tenths(of: "trial" | "champion", perBlock: readonly number[]): Record<string, string> {
  return Object.fromEntries(
    perBlock.map((rows, i) => [
      `causeway_score_tenth_total{${own(of)},tenth="${i === 9 ? "1" : `0.${i + 1}`}"}`,
      counter([241, rows]),
    ]),
  );
}

/** {@link mixtureEvidence} of the overlap of two histograms, of n and m requests that come evenly. */
function scoreEvidence(one: readonly number[], other: readonly number[]): number {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const overlap =
    one.reduce((total, count, i) => total + Math.sqrt(count * other[i]!), 0) /
    Math.sqrt(sum(one) * sum(other));
  return mixtureEvidence(
    1 - overlap - 1 / 32,
    (Math.max(1 - overlap ** 2, 1e-4) * (1 / sum(one) + 1 / sum(other))) / 4,
    0.03,
  );
}

/** What a version's training held out, beside what it scores in each block. */
function held(counts: readonly number[], shares: readonly number[]): Record<string, string> {
  return Object.fromEntries(
    counts.flatMap((perBlock, i) => {
      const labels = `{${own("trial")},bin="${i}"}`;
      return [
        [`causeway_score_bin_total${labels}`, counter([241, perBlock])],
        [`causeway_reference_score_share${labels}`, gauge([241, shares[i]!])],
        [`causeway_reference_rows{${own("trial")},feature="score"}`, gauge([241, 20_000])],
      ];
    }),
  );
}

const alike = [1, 1, 2, 2, 4, 6, 10, 20, 30, 24];
const flipped = [...alike].reverse();
const compared = (perBlock: readonly number[], share = 1) =>
  perBlock.map((rows) => (rows * comparisonSeconds * share) / blockSeconds);

/**
 * The same rows under two versions that differ on some, by bucket: rows, positives and scores each
 * minute.
 */
const buckets = (() => {
  const random = randoms(7);
  return Array.from({ length: 32 }, () => {
    const rows = 3 + Math.floor(4 * random());
    const positives = Math.floor(rows * 0.8);
    const scores = rows * (0.7 + 0.2 * random());
    return {
      rows,
      champion: { positives, scores },
      trial: {
        positives: Math.max(0, positives - (random() < 0.3 ? 1 : 0)),
        scores: scores + 0.1 * (random() - 0.5),
      },
    };
  });
})();

function mirrored(): Record<string, string> {
  return Object.fromEntries(
    (["trial", "champion"] as const).flatMap((of) =>
      buckets.flatMap(({ rows, ...by }, i) => [
        [`causeway_row_bucket_total{${own(of)},bucket="${i}"}`, counter([31, rows])],
        [
          `causeway_row_bucket_positives_total{${own(of)},bucket="${i}"}`,
          counter([31, by[of].positives]),
        ],
        [
          `causeway_row_bucket_scores_total{${own(of)},bucket="${i}"}`,
          counter([31, by[of].scores]),
        ],
      ]),
    ),
  );
}

const tenMinutes = (of: "trial" | "champion", what: "positives" | "scores"): Bucket[] =>
  buckets.map(({ rows, ...by }) => ({ rows: 10 * rows, total: 10 * by[of][what] }));

/** A champion with nine times the rows. */
const manyAlike = tenths(
  "champion",
  alike.map((rows) => 9 * rows),
);

/** Comparisons between versions, against the functions that the simulations run. */
export const comparisonScenarios: readonly Scenario[] = [
  {
    title: "comparisons: scores that are as the champion's are no evidence, others refuse",
    groups: ["trial"],
    stepMinutes,
    inputs: {
      ...tenths("trial", flipped),
      ...manyAlike,
    },
    values: [
      near(100, scoreQuery, scoreEvidence(compared(flipped), compared(alike, 9))),
      { minute: 100, expr: `(${scoreQuery}) > bool 100`, samples: { "{}": 1 } },
    ],
  },
  {
    title: "comparisons: the same scores",
    groups: ["trial"],
    stepMinutes,
    inputs: {
      ...tenths("trial", alike),
      ...manyAlike,
    },
    values: [near(100, scoreQuery, scoreEvidence(compared(alike), compared(alike, 9)))],
  },
  {
    title: "comparisons: scores far from the champion's, as the training of the version has them",
    groups: ["trial"],
    stepMinutes,
    inputs: {
      ...tenths("trial", flipped),
      ...manyAlike,
      ...held([20, 30, 50], [0.2, 0.3, 0.5]),
    },
    values: [{ minute: 100, expr: `(${scoreQuery}) < bool 0`, samples: { "{}": 1 } }],
  },
  {
    title: "comparisons: scores far from the champion's and from those of the version's training",
    groups: ["trial"],
    stepMinutes,
    inputs: {
      ...tenths("trial", flipped),
      ...manyAlike,
      ...held([50, 30, 20], [0.05, 0.05, 0.9]),
    },
    values: [{ minute: 100, expr: `(${scoreQuery}) > bool 100`, samples: { "{}": 1 } }],
  },
  {
    title: "comparisons: other scores in the hour before the version came are no evidence",
    groups: ["trial"],
    stepMinutes,
    inputs: {
      ...Object.fromEntries(
        alike.flatMap((rows, i) => {
          const tenth = `tenth="${i === 9 ? "1" : `0.${i + 1}`}"`;
          return [
            [
              `causeway_score_tenth_total{${own("champion")},${tenth}}`,
              counter([160, 9 * flipped[i]!], [80, 9 * rows]),
            ],
            [
              `causeway_score_tenth_total{${own("trial")},${tenth}}`,
              `_x160 ${counter([80, rows])}`,
            ],
          ];
        }),
      ),
    },
    values: [{ minute: 119, expr: `(${scoreQuery}) < bool 0`, samples: { "{}": 1 } }],
  },
  {
    title: "comparisons: without a champion to compare with there is no evidence",
    groups: ["trial"],
    stepMinutes,
    inputs: tenths("trial", flipped),
    values: [near(100, scoreQuery, 0)],
  },
  {
    title: "comparisons: mirrored rows, decision by decision and score by score",
    groups: [],
    inputs: mirrored(),
    values: [
      near(
        30,
        disagreement.query,
        positionOf(
          tenMinutes("trial", "positives"),
          tenMinutes("champion", "positives"),
          shadowScale(disagreementShares, shadow),
        ),
      ),
      near(
        30,
        distance.query,
        positionOf(
          tenMinutes("trial", "scores"),
          tenMinutes("champion", "scores"),
          shadowScale(scoreDistance, shadow),
        ),
      ),
    ],
  },
  {
    title: "comparisons: nothing mirrored is no result",
    groups: [],
    inputs: { up: gauge([31, 1]) },
    values: [disagreement, distance].map(({ query }) => ({ minute: 30, expr: query, samples: {} })),
  },
];
