import {
  arms,
  outcomeAges,
  outcomeWindow,
  subjectBuckets,
} from "../../../../services/contract/arms";
import type { Contract } from "../../../../services/contract/contract";
import { duration } from "../../../../services/contract/units";
import { maturity, valueEvidence, valueEvidenceOf } from "../../../../infra/gates/experiment";
import { mismatch, sampleRatio, sampleRatioOf } from "../../../../infra/gates/split";
import { counter, randoms, small, type Scenario } from "./scenario";

const judged: Contract = {
  ...small,
  release: { ...small.release, strategy: "ab", outcomeWindow: duration.parse("40 minutes") },
};
const version = "2.0.0";
const own = (of: string) =>
  `model="${judged.name}",version="${of}",pod="${of}",rollouts_pod_template_hash="${of}"`;

/** Minutes of everything, until the version on trial comes, and until it has its whole half. */
const [end, begins, whole] = [400, 30, 60] as const;
const part = outcomeWindow(judged) / outcomeAges / 60;
const query = valueEvidence(judged, version);

/** What a request brings in each part of the outcome window: more than nothing is a gain. */
type Worth = readonly number[];

interface Halves {
  readonly challenger: Worth;
  readonly champion: Worth;
  /** What everybody's requests bring until the test. @default as the champion's */
  readonly before?: Worth;
  /** Requests of the challengers for each that they are asked for. @default 1 */
  readonly kept?: number;
}

const random = randoms(11);
/** Requests a minute of each bucket, in either half, and what its subjects bring of the mean. */
const buckets = Array.from({ length: subjectBuckets }, (_, i) => ({
  requests: { challenger: 20 + (i % 2), champion: 20 + ((i + 1) % 2) },
  part: { challenger: 0.8 + 0.4 * random(), champion: 0.8 + 0.4 * random() },
}));

/** A counter of what grows by `early` a minute until the test and by `late` in it, `delay` later. */
const grown = (early: number, late: number, delay = 0) =>
  counter([whole + delay + 1, binary(early)], [end - whole - delay, binary(late)]);
/** To a sixty-fourth: what adds up with an error looks like a counter that began anew. */
const binary = (amount: number) => Math.round(64 * amount) / 64;

/** Everything that is scraped of an A/B test: a tenth of the challengers come before the others. */
function series({ challenger, champion, before = champion, kept = 1 }: Halves) {
  const values = (half: string, bucket: number, early: Worth, late: Worth, rows: number) =>
    Array.from({ length: outcomeAges }, (_, age) => {
      const [old, now] = [early[age] ?? 0, late[age] ?? 0];
      const signs = { gain: Math.max, loss: (a: number, b: number) => -Math.min(a, b) };
      return Object.entries(signs).map(([sign, of]) => [
        `causeway_experiment_value_total{${half},bucket="${bucket}",age="${age}",sign="${sign}"}`,
        grown(of(0, old) * rows, of(0, now) * rows, (age + 0.5) * part),
      ]);
    }).flat();
  const entries = buckets.flatMap(({ requests, part: share }, i) => {
    const asked = kept * requests.challenger;
    const subjects = (of: string, arm: string, value: string) => [
      `causeway_subjects_total{${own(of)},arm="${arm}",bucket="${i}"}`,
      value,
    ];
    const scaled = (worth: Worth, arm: "challenger" | "champion") =>
      worth.map((one) => one * share[arm]);
    return [
      subjects("1.0.0", "champion", grown(requests.champion, requests.champion)),
      subjects("1.0.0", "challenger", grown(0.9 * asked, 0)),
      subjects(version, "champion", grown(0, 0)),
      subjects(
        version,
        "challenger",
        counter([begins, 0], [whole - begins, binary(asked / 10)], [end - whole, binary(asked)]),
      ),
      ...values(
        `${own("1.0.0")},arm="champion"`,
        i,
        scaled(before, "champion"),
        scaled(champion, "champion"),
        requests.champion,
      ),
      ...values(`${own(version)},arm="challenger"`, i, [], scaled(challenger, "challenger"), asked),
    ];
  });
  return Object.fromEntries(entries);
}

/** What the function makes of the requests of the test that are mature at its end. */
function expected({ challenger, champion, kept = 1 }: Halves): number | undefined {
  const minutes = end - 5 - whole - maturity(judged) / 60 - part / 2 - 2;
  const total = (worth: Worth) => worth.reduce((sum, one) => sum + one, 0);
  const half = (arm: "challenger" | "champion", worth: Worth) =>
    buckets.map(({ requests, part: share }) => {
      const all = minutes * requests[arm] * (arm === "challenger" ? kept : 1);
      return { requests: all, value: all * total(worth) * share[arm] };
    });
  return valueEvidenceOf(judged, {
    values: { challenger: half("challenger", challenger), champion: half("champion", champion) },
    subjects: splitOf(kept),
  });
}

const splitOf = (kept: number) =>
  Object.fromEntries(
    arms.map((arm) => [
      arm,
      buckets.map(({ requests }) => requests[arm] * (arm === "challenger" ? kept : 1)),
    ]),
  ) as Record<(typeof arms)[number], number[]>;

const about = (halves: Halves) => ({
  minute: end - 5,
  expr: `abs((${query}) / ${expected(halves)} - 1) < bool 0.05`,
  samples: { "{}": 1 },
});
const inAll = (expr: string, from: number, to: number) =>
  Array.from({ length: Math.ceil((to - from) / 10) }, (_, i) => ({
    minute: from + 10 * i,
    expr,
    samples: { "{}": 1 },
  }));

const better: Halves = { challenger: [3, 1, 1, 1], champion: [3, 1, 0.5, 0.5] };
const worse: Halves = { challenger: [3, 1, 0.5, 0], champion: [3, 1, 0.5, 0.5] };
const alike: Halves = { challenger: [3, 1, 0.5, 0.5], champion: [3, 1, 0.5, 0.5] };
const soon: Halves = { challenger: [10.2, 0, 0, -7], champion: [10, 0, 0, -4] };
const first = whole + maturity(judged) / 60 + part;

/** A/B tests against the function that the simulations run, from what servers count. */
export const experimentScenarios: readonly Scenario[] = [
  ...Object.entries({ better, worse }).map(([title, halves]): Scenario => ({
    title: `experiments: a version whose decisions are worth ${title === "better" ? "more" : "less"} is called ${title}`,
    groups: ["experiment"],
    contract: judged,
    inputs: series(halves),
    values: [
      about(halves),
      {
        minute: end - 5,
        expr: `(${query}) ${title === "better" ? ">" : "<"} bool 0`,
        samples: { "{}": 1 },
      },
    ],
  })),
  {
    title: "experiments: what everybody's requests brought before the test is no control",
    groups: ["experiment"],
    contract: judged,
    inputs: series({ ...alike, before: [50, 20, 20, 10] }),
    values: inAll(`abs(${query}) < bool 1`, first, end),
  },
  {
    title: "experiments: nothing is compared until the first requests are mature",
    groups: ["experiment"],
    contract: judged,
    inputs: series(better),
    values: [40, 70, 100].map((minute) => ({ minute, expr: query, samples: {} })),
  },
  {
    title: "experiments: gains that are known sooner than losses make no worse version better",
    groups: ["experiment"],
    contract: judged,
    inputs: series(soon),
    values: [
      ...inAll(`(${query}) <= bool 0`, first, end),
      { minute: end - 5, expr: `(${query}) < bool -3`, samples: { "{}": 1 } },
    ],
  },
  {
    title: "experiments: a half that is short of requests stops the test",
    groups: ["experiment"],
    contract: judged,
    inputs: series({ ...better, kept: 0.85 }),
    values: [
      { minute: end - 5, expr: query, samples: {} },
      {
        minute: end - 5,
        expr: `(${sampleRatio(judged)}) > bool ${mismatch}`,
        samples: { "{}": 1 },
      },
      {
        minute: end - 5,
        expr: `(${sampleRatio(judged)}) == bool ${sampleRatioOf(splitOf(0.85).challenger, splitOf(0.85).champion)}`,
        samples: { "{}": 1 },
      },
    ],
  },
];
