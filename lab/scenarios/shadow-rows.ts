import { rowBuckets } from "../../services/contract/metrics";
import type { Random } from "./random";

/** What is true of a version: it decides as the champion, too often otherwise, or neither. */
export type Truth = "fine" | "between" | "bad";

/** A row that comes again and again, for a part of all rows; `differs` under the version. */
interface Frequent {
  readonly share: number;
  readonly differs: boolean;
}

/** A way in which mirrored rows differ from independent ones. */
export interface ShadowScenario {
  readonly name: string;
  readonly truth: Truth;
  /** Share of the other rows that the version decides otherwise. */
  readonly differ: number;
  /** Distance of its scores for every row, half of them up, half of them down. @default 0 */
  readonly moved?: number;
  readonly frequent?: readonly Frequent[];
  /** Times that each of the other rows comes, at once. @default 1 */
  readonly times?: number;
  /** Deviation of the logarithm of how often each of 20,000 rows comes. @default 0, each once */
  readonly tail?: number;
  /** Requests in a minute as a multiple of the usual, and their share of positives. */
  readonly minute?: (minute: number) => { readonly rate: number; readonly positive: number };
}

const usual = { rate: 1, positive: 0.88 };
const bulk = (from: number, minutes: number) => (minute: number) =>
  minute >= from && minute < from + minutes ? { rate: 20, positive: 0.5 } : usual;
const repeated = (count: number, share: number, differing: number): Frequent[] =>
  Array.from({ length: count }, (_, i) => ({ share: share / count, differs: i < differing }));

export const shadowScenarios: readonly ShadowScenario[] = [
  { name: "identical", truth: "fine", differ: 0 },
  { name: "5% decided otherwise, just acceptable", truth: "fine", differ: 0.05 },
  {
    name: "one row with 3% of all, decided otherwise",
    truth: "fine",
    differ: 0.01,
    frequent: [{ share: 0.03, differs: true }],
  },
  {
    name: "bots: five rows with 30% of all, one of them decided otherwise",
    truth: "fine",
    differ: 0,
    frequent: [...repeated(4, 0.27, 0), { share: 0.03, differs: true }],
  },
  { name: "each row three times, 2.5% decided otherwise", truth: "fine", differ: 0.025, times: 3 },
  {
    name: "heavy tail of how often rows come, 2.5% decided otherwise",
    truth: "fine",
    differ: 0.025,
    tail: 1.5,
  },
  {
    name: "a bulk job of 20 times the rows for five minutes, 2.5% decided otherwise",
    truth: "fine",
    differ: 0.025,
    minute: bulk(12, 5),
  },
  {
    name: "applicants shift to half as many positives, 2.5% decided otherwise",
    truth: "fine",
    differ: 0.025,
    minute: (minute) => (minute < 15 ? usual : { rate: 1, positive: 0.44 }),
  },
  {
    name: "the mix of a day in an hour, 2.5% decided otherwise",
    truth: "fine",
    differ: 0.025,
    minute: (minute) => ({
      rate: 1 + 0.8 * Math.sin(minute / 10),
      positive: 0.75 + 0.2 * Math.cos(minute / 10),
    }),
  },
  { name: "10% decided otherwise", truth: "between", differ: 0.1 },
  { name: "20% decided otherwise, just bad", truth: "bad", differ: 0.2 },
  { name: "40% decided otherwise", truth: "bad", differ: 0.4 },
  { name: "scores 0.3 apart", truth: "bad", differ: 0, moved: 0.3 },
  {
    name: "20% decided otherwise, each row three times",
    truth: "bad",
    differ: 0.2,
    times: 3,
  },
  {
    name: "40% decided otherwise, and bots with 30%",
    truth: "bad",
    differ: 0.4,
    frequent: repeated(5, 0.3, 2),
  },
  {
    name: "one row with 12% of all, decided otherwise",
    truth: "bad",
    differ: 0,
    frequent: [{ share: 0.12, differs: true }],
  },
];

/** What a bucket has in a minute: rows, positives and scores of either version. */
export interface Cell {
  rows: number;
  readonly trial: [positives: number, scores: number];
  readonly champion: [positives: number, scores: number];
}
const empty = (): Cell => ({ rows: 0, trial: [0, 0], champion: [0, 0] });

/** Adds rows that are alike: so many, of which some are positive, and some decided otherwise. */
function add(
  cell: Cell,
  rows: number,
  positives: number,
  lost: number,
  won: number,
  apart: number,
) {
  cell.rows += rows;
  cell.champion[0] += positives;
  cell.trial[0] += positives - lost + won;
  // Scores of 0.2 and 0.85, apart for the rows that are decided otherwise.
  const scores = 0.85 * positives + 0.2 * (rows - positives);
  cell.champion[1] += scores;
  cell.trial[1] += scores - 0.15 * lost + 0.15 * won + apart;
}

/** Share of a release's rows by bucket, and of those the share that is decided otherwise. */
export function population({ differ, tail, frequent = [] }: ShadowScenario, random: Random) {
  const rest = 1 - frequent.reduce((sum, { share }) => sum + share, 0);
  const buckets = Array.from({ length: rowBuckets }, () => ({ share: 0, lost: 0, won: 0 }));
  const rows = tail === undefined ? 0 : 20_000;
  for (let row = 0; row < rows; row += 1) {
    const bucket = buckets[Math.floor(random.uniform() * rowBuckets)];
    const share = Math.exp((tail ?? 0) * random.normal());
    if (bucket === undefined) continue;
    bucket.share += share;
    if (random.uniform() < differ)
      bucket[random.uniform() < usual.positive ? "lost" : "won"] += share;
  }
  const total = buckets.reduce((sum, { share }) => sum + share, 0);
  return {
    rest: buckets.map(({ share, lost, won }) =>
      total > 0
        ? { share: (rest * share) / total, lost: lost / share, won: won / share }
        : {
            share: rest / rowBuckets,
            lost: differ * usual.positive,
            won: differ * (1 - usual.positive),
          },
    ),
    frequent: frequent.map((row) => ({
      ...row,
      bucket: Math.floor(random.uniform() * rowBuckets),
    })),
  };
}

/** The cells of a minute. */
export function drawMinute(
  { moved = 0, times = 1, minute = () => usual }: ShadowScenario,
  { rest, frequent }: ReturnType<typeof population>,
  { at, perMinute }: { readonly at: number; readonly perMinute: number },
  random: Random,
): Cell[] {
  const { rate, positive } = minute(at);
  const cells = rest.map(({ share, lost, won }) => {
    const cell = empty();
    const distinct = random.poisson((perMinute * rate * share) / times);
    const other = random.binomial(distinct, lost + won);
    const down = random.binomial(other, lost / Math.max(lost + won, 1e-12));
    const positives = down + random.binomial(distinct - other, positive);
    const apart = times * moved * Math.sqrt(distinct) * random.normal();
    add(cell, times * distinct, times * positives, times * down, times * (other - down), apart);
    return cell;
  });
  for (const { share, differs, bucket } of frequent) {
    const cell = cells[bucket];
    const rows = random.poisson(perMinute * rate * share);
    if (cell) add(cell, rows, rows, differs ? rows : 0, 0, 0);
  }
  return cells;
}
