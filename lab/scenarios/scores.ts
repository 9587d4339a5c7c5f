import { blockSeconds } from "../../infra/gates/blocks";
import { sum } from "../../infra/gates/counts";
import { paces } from "../../infra/gates/pace";
import {
  comparisonSeconds,
  concurrentEvidence,
  referenceEvidence,
  weighed,
} from "../../infra/gates/scores";
import { refusal } from "../../infra/gates/sequential";
import { canaryWeights } from "../../infra/serving/steps";
import { family, percent } from "./family";
import type { Random } from "./random";
import { quantile, runs } from "./runs";
import {
  drawVersion,
  scoreScenarios,
  usual,
  type ScoreScenario,
  type Shares,
} from "./score-requests";

/** Requests a second, and releases of each scenario. */
const levels = [2, 20, 200] as const;
const releases = 200;
/** Gates of the sample's release, and its smallest sample. */
const [gates, minimum] = [9, 200];
const { stepSeconds, firstLookSeconds, lookSeconds } = paces.prod;
const perHour = 3_600 / blockSeconds;
const window = comparisonSeconds / blockSeconds;
const perMinute = 60 / blockSeconds;
/** Blocks of a release: the ramp, and a step at half of the requests while it is proven. */
const blocks = ((canaryWeights.length + 1) * stepSeconds) / blockSeconds;
const boundary = refusal(gates);

interface End {
  /** Minutes until the version is refused; Infinity if it is not. */
  readonly gate: number;
  /** The same by all rows of the hour, without blocks, requests and training. */
  readonly alone: number;
}

type Sums = { readonly own: Shares; readonly rest: Shares };
const nothing = () => ({ own: usual.map(() => 0), rest: usual.map(() => 0) });
const add = (into: number[], what: readonly number[], sign = 1) =>
  what.forEach((one, i) => {
    into[i] = (into[i] ?? 0) + sign * one;
  });

/** One release, looked at as the controller does, by both forms on the same rows. */
function release(scenario: ScoreScenario, perSecond: number, random: Random): End {
  const asked = scenario.asked(random);
  const [fair, rows] = [nothing(), nothing()];
  const scored = usual.map(() => 0);
  const hour: Sums[] = [];
  const recent: (Sums & { readonly scored: Shares })[] = [];
  const end = { gate: Infinity, alone: Infinity };
  for (let block = -perHour; block < blocks; block += 1) {
    const step = Math.min(
      canaryWeights.length - 1,
      Math.floor((block * blockSeconds) / stepSeconds),
    );
    const part = block < 0 ? 0 : (canaryWeights[step] ?? 100) / 100;
    const now = asked(block / perMinute);
    const requests = perSecond * blockSeconds * now.rate;
    const of = (champion: boolean) =>
      drawVersion(
        scenario,
        champion ? now.champion : now.trial,
        { requests: requests * (champion ? 1 - part : part), champion },
        random,
      );
    const [trial, champion] = [of(false), of(true)];
    const { trial: own, others } = weighed({ trial: trial.compared, champion: champion.compared });
    add(fair.own, own);
    add(fair.rest, others);
    add(scored, trial.rows);
    recent.push({ own, rest: others, scored: trial.rows });
    const old = recent.length > window ? recent.shift() : undefined;
    if (old) {
      add(fair.own, old.own, -1);
      add(fair.rest, old.rest, -1);
      add(scored, old.scored, -1);
    }
    hour.push({ own: trial.rows, rest: champion.rows });
    add(rows.own, trial.rows);
    add(rows.rest, champion.rows);
    const gone = hour.length > perHour ? hour.shift() : undefined;
    if (gone) {
      add(rows.own, gone.own, -1);
      add(rows.rest, gone.rest, -1);
    }
    const seconds = (block + 1) * blockSeconds;
    if (seconds < firstLookSeconds || (seconds - firstLookSeconds) % lookSeconds !== 0) continue;
    end.gate = Math.min(end.gate, refusedAt(seconds, judged(fair, scored, scenario.held ?? usual)));
    end.alone = Math.min(end.alone, refusedAt(seconds, plain(rows)));
    if (end.gate < Infinity && end.alone < Infinity) break;
  }
  return end;
}

const refusedAt = (seconds: number, evidence: number) =>
  evidence >= boundary ? seconds / 60 : Infinity;

function judged(fair: Sums, scored: Shares, held: Shares): number {
  const { against } = concurrentEvidence(minimum, { trial: fair.own, others: fair.rest });
  const own = referenceEvidence(minimum, {
    counts: scored,
    reference: held,
    referenceRows: 3_000,
  });
  return against === undefined ? 0 : Math.min(against, own ?? Infinity);
}

/** All rows of the hour against those of the others. */
function plain({ own, rest }: Sums): number {
  const [n, m] = [sum(own), sum(rest)];
  if (Math.min(n, m) < minimum) return 0;
  // Two histograms of so many rows vary as one block with as many requests does.
  return (
    concurrentEvidence(0, {
      trial: own.map((one) => (one * m) / (n + m)),
      others: rest.map((one) => (one * n) / (n + m)),
    }).against ?? 0
  );
}

/** Share of the releases that are refused, and median of the minutes until then. */
interface Ends {
  readonly refused: number;
  readonly minutes: number | null;
}

export interface ScoreLevel {
  readonly gate: Ends;
  readonly alone: Ends;
}

function endsOf(minutes: readonly number[]): Ends {
  const refused = minutes.filter((one) => one < Infinity);
  return {
    refused: refused.length / minutes.length,
    minutes: quantile(refused),
  };
}

function simulate(scenario: ScoreScenario): ScoreLevel[] {
  return levels.map((perSecond) => {
    const ends = runs(releases, (random) => release(scenario, perSecond, random));
    return {
      gate: endsOf(ends.map(({ gate }) => gate)),
      alone: endsOf(ends.map(({ alone }) => alone)),
    };
  });
}

const cells = ({ refused, minutes }: Ends) => [
  percent(refused),
  minutes === null ? "" : String(minutes),
];

export const scores = family({
  name: "scores",
  setup: { requestsPerSecond: levels, releases },
  scenarios: scoreScenarios,
  about: ({ truth }) => ({ truth }),
  simulate,
  table: (found) => [
    ["requests", "refused", "minutes", "totals of the hour: refused", "minutes"],
    ...found.map(({ gate, alone }, i) => [`${levels[i]}/s`, ...cells(gate), ...cells(alone)]),
  ],
});
