import { sum } from "../../infra/gates/counts";
import { scoreLimit } from "../../infra/gates/scores";
import type { Random } from "./random";

/** What is true of a version: its scores are fine, or so far from the others' that it is bad. */
export type Truth = "fine" | "bad";
export type Shares = readonly number[];

/** Requests of a block: how many as a multiple of the usual, and their scores by tenth. */
interface Asked {
  readonly rate: number;
  readonly champion: Shares;
  readonly trial: Shares;
}

/** A way in which the requests of a release differ from independent ones of one kind. */
export interface ScoreScenario {
  readonly name: string;
  readonly truth: Truth;
  /** What is asked in a block, by minutes since the release began; negative before it. */
  readonly asked: (random: Random) => (minute: number) => Asked;
  /** Scores of the rows that the version's training held out. @default those of {@link usual} */
  readonly held?: Shares;
  /** Requests of this many rows with one score, for a share of the requests. */
  readonly batches?: { readonly share: number; readonly rows: number };
  /** Share of the champion's requests that name no subject, with these scores (A/B test). */
  readonly unnamed?: { readonly share: number; readonly scores: Shares };
  /** Share of a half's requests that come from one subject with one score (A/B test). */
  readonly busy?: number;
}

/** The sample's scores, and those of a model that declines whom it approved. */
export const usual: Shares = [0.01, 0.01, 0.02, 0.02, 0.04, 0.06, 0.1, 0.2, 0.3, 0.24];
const other: Shares = [...usual].reverse();
const mixed = (share: number, of: Shares = other): Shares =>
  usual.map((one, i) => (1 - share) * one + share * (of[i] ?? 0));
/** Moves a share of the rows from the two highest tenths to the two lowest. */
const moved = (share: number): Shares =>
  usual.map((one, i) => (i < 2 ? one + share / 2 : i > 7 ? one - share / 2 : one));
const distance = (shares: Shares) =>
  1 - sum(shares.map((share, i) => Math.sqrt(share * (usual[i] ?? 0))));
/** Just within the limit, and three times it. */
const farAs = (limit: number): Shares => {
  let [low, high] = [0, 0.5];
  for (let i = 0; i < 50; i += 1) {
    const middle = (low + high) / 2;
    if (distance(moved(middle)) < limit) low = middle;
    else high = middle;
  }
  return moved(low);
};
const [edge, far] = [farAs(scoreLimit), farAs(3 * scoreLimit)];
const single = (tenth: number): Shares => usual.map((_, i) => (i === tenth ? 1 : 0));

const both = (scores: Shares, rate = 1): Asked => ({ rate, champion: scores, trial: scores });
const steady = (asked: Asked) => () => () => asked;
const between = (from: number, minutes: number, minute: number) =>
  minute >= from && minute < from + minutes;
/** So much of a block's requests are of a kind that both versions score alike. */
const joined = (own: Shares, share: number, of: Shares): Shares =>
  own.map((one, i) => (1 - share) * one + share * (of[i] ?? 0));

export const scoreScenarios: readonly ScoreScenario[] = [
  { name: "the same scores", truth: "fine", asked: steady(both(usual)) },
  {
    name: "just within the limit",
    truth: "fine",
    asked: steady({ rate: 1, champion: usual, trial: edge }),
  },
  { name: "a tenth of the traffic", truth: "fine", asked: steady(both(usual, 0.1)) },
  {
    name: "a bulk job of other applicants for ten minutes",
    truth: "fine",
    asked: (random) => {
      const from = random.uniform() * 25;
      return (minute) => (between(from, 10, minute) ? both(other, 20) : both(usual));
    },
  },
  {
    name: "applicants shift when the release begins",
    truth: "fine",
    asked: () => (minute) => both(minute < 0 ? usual : other),
  },
  {
    name: "the mix of a week in two hours",
    truth: "fine",
    asked: () => (minute) =>
      both(mixed(0.5 - 0.5 * Math.cos(minute / 18)), 1 + 0.8 * Math.sin(minute / 18)),
  },
  {
    name: "heavy tails: the mix changes from block to block",
    truth: "fine",
    asked: (random) => () =>
      both(mixed(random.uniform() ** 3), Math.exp(1.5 * random.normal() - 1.125)),
  },
  {
    name: "one row with 30% of all",
    truth: "fine",
    asked: steady(both(joined(usual, 0.3, single(2)))),
  },
  {
    name: "bots with ten times the requests in every fifth minute",
    truth: "fine",
    asked: () => (minute) =>
      Math.floor(minute) % 5 === 0 ? both(joined(usual, 0.9, single(0)), 10) : both(usual),
  },
  {
    name: "one request in a hundred is a batch of 500 rows alike",
    truth: "fine",
    asked: steady(both(usual)),
    batches: { share: 0.01, rows: 500 },
  },
  {
    name: "A/B: half of the champion's callers name no subject",
    truth: "fine",
    asked: steady(both(usual)),
    unnamed: { share: 0.5, scores: other },
  },
  {
    name: "A/B: one subject with a tenth of a half",
    truth: "fine",
    asked: steady(both(usual)),
    busy: 0.1,
  },
  {
    name: "retrained after drift: far from the champion's, as its training",
    truth: "fine",
    asked: steady({ rate: 1, champion: usual, trial: far }),
    held: far,
  },
  {
    name: "three times the limit",
    truth: "bad",
    asked: steady({ rate: 1, champion: usual, trial: far }),
  },
  {
    name: "three times the limit after 15 minutes",
    truth: "bad",
    asked: () => (minute) => ({ rate: 1, champion: usual, trial: minute < 15 ? usual : far }),
  },
  {
    name: "three times the limit, in a bulk job too",
    truth: "bad",
    asked: (random) => {
      const from = random.uniform() * 25;
      return (minute) => ({
        rate: between(from, 10, minute) ? 20 : 1,
        champion: usual,
        trial: far,
      });
    },
  },
  {
    name: "approves whom the champion declines",
    truth: "bad",
    asked: steady({ rate: 1, champion: usual, trial: other }),
  },
];

/** Scores of one version in a block: requests by tenth, those compared, and rows by tenth. */
export interface Counted {
  readonly compared: number[];
  readonly rows: number[];
}

function count(shares: Shares, requests: number, random: Random): number[] {
  return shares.map((share) => random.poisson(requests * share));
}

/** What one version counts in a block. */
export function drawVersion(
  { batches, unnamed, busy = 0 }: ScoreScenario,
  scores: Shares,
  { requests, champion }: { readonly requests: number; readonly champion: boolean },
  random: Random,
): Counted {
  const apart = champion ? 0 : busy;
  const share = 1 - (batches?.share ?? 0);
  const compared = count(scores, requests * share * (1 - apart), random);
  if (apart > 0) compared[0] = (compared[0] ?? 0) + random.poisson(requests * apart);
  const rows = [...compared];
  const sent = batches ? random.poisson(requests * batches.share) : 0;
  for (let i = 0; i < sent; i += 1) {
    const tenth = Math.floor(random.uniform() * scores.length);
    compared[tenth] = (compared[tenth] ?? 0) + 1;
    rows[tenth] = (rows[tenth] ?? 0) + (batches?.rows ?? 0);
  }
  if (champion && unnamed) {
    const asked = (requests * unnamed.share) / (1 - unnamed.share);
    count(unnamed.scores, asked, random).forEach((all, i) => {
      rows[i] = (rows[i] ?? 0) + all;
    });
  }
  return { compared, rows };
}
