import { subjectBuckets } from "../../../../services/contract/arms";
import {
  mismatch,
  sampleRatio,
  sampleRatioOf,
  valueEvidence,
} from "../../../../infra/gates/experiment";
import { gatesOf } from "../../../../infra/gates/gates";
import { mixtureEvidence } from "../../../../infra/gates/sequential";
import {
  disagreement as disagreementShares,
  positionOf,
  scoreDistance,
  shadowGates,
  shadowScale,
  type Bucket,
} from "../../../../infra/gates/shadow";
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

/** Rows by tenth of the score in each minute. */
function tenths(of: "trial" | "champion", perMinute: readonly number[]): Record<string, string> {
  return Object.fromEntries(
    perMinute.map((rows, i) => [
      `causeway_score_tenth_total{${own(of)},tenth="${i === 9 ? "1" : `0.${i + 1}`}"}`,
      counter([121, rows]),
    ]),
  );
}

/** {@link mixtureEvidence} of the overlap of two histograms. */
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

const alike = [1, 1, 2, 2, 4, 6, 10, 20, 30, 24];
const flipped = [...alike].reverse();
const hourly = (perMinute: readonly number[], share = 1) =>
  perMinute.map((rows) => rows * 60 * share);

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

/** Outcomes with a business value, each minute: so many, their sum and the sum of their squares. */
function values(
  of: "trial" | "champion",
  count: number,
  gain: number,
  loss: number,
  squares: number,
): Record<string, string> {
  return {
    [`causeway_business_value_count_total{${own(of)}}`]: counter([400, count]),
    [`causeway_business_value_total{${own(of)},sign="gain"}`]: counter([400, gain]),
    [`causeway_business_value_total{${own(of)},sign="loss"}`]: counter([400, loss]),
    [`causeway_business_value_squares_total{${own(of)}}`]: counter([400, squares]),
  };
}

/**
 * Requests of each bucket of subjects in a minute; one bucket's subject is a hundred times as busy,
 * and in the champion's half.
 */
const halves = (challenger: (bucket: number) => number, champion: (bucket: number) => number) => ({
  challenger: Array.from({ length: subjectBuckets }, (_, i) => challenger(i)),
  champion: Array.from({ length: subjectBuckets }, (_, i) => (i === 5 ? 100 : 1) * champion(i)),
});
type Halves = ReturnType<typeof halves>;
const split = (of: Halves) =>
  Object.fromEntries(
    (["challenger", "champion"] as const).flatMap((arm) =>
      of[arm].map((requests, i) => [
        `causeway_subjects_total{${own(arm === "challenger" ? "trial" : "champion")},arm="${arm}",bucket="${i}"}`,
        counter([400, requests]),
      ]),
    ),
  );
const fair = halves(
  (i) => 20 + (i % 2),
  (i) => 20 + ((i + 1) % 2),
);
const short = halves(
  (i) => 18 + (i % 10 === 0 ? 3 : 0),
  () => 20,
);
const nobody = halves(
  () => 0,
  () => 0,
);

/**
 * Ten a minute under the champion with mean 5 and deviation 5; the other is better by `more`. 390
 * minutes have been counted.
 */
function better(more: number): number {
  const outcomes = 390 * 10;
  return mixtureEvidence(more / 5, 2 / outcomes, 0.1);
}

/** Comparisons between versions, against the functions that the simulations run. */
export const comparisonScenarios: readonly Scenario[] = [
  {
    title: "comparisons: scores that are as the champion's are no evidence, others refuse",
    groups: ["trial"],
    inputs: {
      ...tenths("trial", flipped),
      ...tenths(
        "champion",
        alike.map((rows) => 9 * rows),
      ),
    },
    values: [
      near(100, scoreQuery, scoreEvidence(hourly(flipped), hourly(alike, 9))),
      { minute: 100, expr: `(${scoreQuery}) > bool 100`, samples: { "{}": 1 } },
    ],
  },
  {
    title: "comparisons: the same scores",
    groups: ["trial"],
    inputs: {
      ...tenths("trial", alike),
      ...tenths(
        "champion",
        alike.map((rows) => 9 * rows),
      ),
    },
    values: [near(100, scoreQuery, scoreEvidence(hourly(alike), hourly(alike, 9)))],
  },
  {
    title: "comparisons: without a champion to compare with there is no evidence",
    groups: ["trial"],
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
  {
    title: "comparisons: a better business value is evidence above zero, a worse one below",
    groups: ["rates", "trial"],
    inputs: {
      ...values("champion", 10, 60, 10, 500),
      ...values("trial", 10, 70, 10, 625),
      ...split(fair),
    },
    values: [
      {
        minute: 395,
        expr: `abs((${valueEvidence(small, version)}) / ${better(1)} - 1) < bool 0.05`,
        samples: { "{}": 1 },
      },
      { minute: 395, expr: `(${valueEvidence(small, "1.0.0")}) < bool 0`, samples: { "{}": 1 } },
    ],
  },
  {
    title: "comparisons: values that are alike are no evidence either way",
    groups: ["rates", "trial"],
    inputs: {
      ...values("champion", 10, 60, 10, 500),
      ...values("trial", 10, 60, 10, 500),
      ...split(fair),
    },
    values: [
      near(395, valueEvidence(small, version), 0),
      near(395, sampleRatio(small), sampleRatioOf(fair.challenger, fair.champion)),
    ],
  },
  {
    title: "comparisons: a half that is short of requests stops the test",
    groups: ["rates", "trial"],
    inputs: {
      ...values("champion", 10, 60, 10, 500),
      ...values("trial", 10, 70, 10, 625),
      ...split(short),
    },
    values: [
      { minute: 395, expr: valueEvidence(small, version), samples: {} },
      { minute: 395, expr: `(${sampleRatio(small)}) > bool ${mismatch}`, samples: { "{}": 1 } },
      near(395, sampleRatio(small), sampleRatioOf(short.challenger, short.champion)),
    ],
  },
  {
    title: "comparisons: nobody who names a subject is no A/B test",
    groups: ["rates", "trial"],
    inputs: {
      ...values("champion", 10, 60, 10, 500),
      ...values("trial", 10, 70, 10, 625),
      ...split(nobody),
    },
    values: [
      { minute: 395, expr: valueEvidence(small, version), samples: {} },
      { minute: 395, expr: sampleRatio(small), samples: {} },
    ],
  },
];
