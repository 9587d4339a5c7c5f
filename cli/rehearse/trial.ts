import type { Block } from "../../infra/gates/blocks";
import type { TrialCounts, VersionCounts } from "../../infra/gates/counts";
import {
  decide,
  evaluate,
  type Action,
  type Judgement,
  type TrialSettings,
} from "../../infra/gates/gates";
import { wrongByLabel } from "../../infra/gates/labels";
import type { Contract } from "../../services/contract/contract";
import { randomFrom } from "./random";
import type { Latency, Look, Trial } from "./result";
import { Router, type ArmName, type Fault, type ProxyCounts } from "./router";
import type { Application } from "./rows";
import { serverCounts, type Scrape } from "./scrape";
import type { ModelServer } from "./servers";
import { draw, sendAll } from "./traffic";

/** A version that runs. */
export interface Served {
  readonly server: ModelServer;
  readonly version: string;
  /** Counts an answer as the proxy beside the server would. @default nobody counts */
  readonly count?: CountAnswer;
}

/** Takes the status of an answer and the milliseconds that its caller waited. */
export type CountAnswer = (status: number, milliseconds: number) => void;

export interface TrialOptions {
  readonly name: string;
  readonly contract: Contract;
  readonly champion: Served;
  readonly challenger: Served;
  readonly applications: readonly Application[];
  readonly seed: number;
  /** Share of the subjects that the challenger gets. */
  readonly share: number;
  readonly pace: TrialSettings;
  readonly requestsPerLook: number;
  readonly looks: number;
  readonly fault?: Fault;
}

/** Requests that are sent after a rollback, to see that none reaches the challenger any more. */
const requestsAfter = 300;

/** Gives a challenger a share of the traffic and looks at the counters until they decide. */
export async function runTrial(options: TrialOptions): Promise<Trial> {
  const { name, champion, challenger, share, fault } = options;
  const from = performance.now();
  const router = routerOf(options);
  const random = randomFrom(`${options.seed}|${name}`);
  const looks = await looksAt(options, router, random);
  const { champion: first, challenger: second } = router.counts;
  const latency = {
    champion: latencyOf(first.milliseconds),
    challenger: latencyOf(second.milliseconds),
  };
  const affected = second.touched;
  const rolledBack = looks.at(-1)?.verdict.action === "roll back";
  return {
    name,
    champion: champion.version,
    challenger: challenger.version,
    share,
    fault,
    looks,
    latency,
    affected,
    after: rolledBack ? await afterRollback(options, router, random) : undefined,
    seconds: (performance.now() - from) / 1_000,
  };
}

function routerOf(options: TrialOptions): Router {
  const { name, contract, champion, challenger, share, fault } = options;
  return new Router({
    champion: champion.server.connection.post,
    challenger: challenger.server.connection.post,
    share,
    trial: name,
    objectiveMilliseconds: contract.slos.latencyP99,
    onAnswer: (arm, status, milliseconds) => options[arm].count?.(status, milliseconds),
    ...(fault && { fault }),
  });
}

/** What was counted of both versions up to an instant. */
interface Reading {
  readonly servers: Readonly<Record<ArmName, Scrape>>;
  readonly proxies: Readonly<Record<ArmName, ProxyCounts>>;
}

async function read({ champion, challenger }: TrialOptions, router: Router): Promise<Reading> {
  const [first, second] = await Promise.all([champion.server.scrape(), challenger.server.scrape()]);
  const { counts } = router;
  return {
    servers: { champion: first, challenger: second },
    proxies: { champion: { ...counts.champion }, challenger: { ...counts.challenger } },
  };
}

/** Sends requests and looks at the counters, until a look decides or there are no more looks. */
async function looksAt(
  options: TrialOptions,
  router: Router,
  random: () => number,
): Promise<Look[]> {
  const { name, contract, applications, requestsPerLook, looks } = options;
  const start = await read(options, router);
  const seen: Look[] = [];
  let before = start;
  while (seen.length < looks) {
    const sent = draw(applications, requestsPerLook, random, `${name}-${seen.length}`);
    await sendAll(router, contract.name, sent);
    const now = await read(options, router);
    const look = lookAt(options, { start, before, now }, seen, seen.length === looks - 1);
    seen.push(look);
    before = now;
    if (look.verdict.action !== "continue") break;
  }
  return seen;
}

/** Judges the challenger by the gates that judge a release in the cluster. */
function lookAt(
  options: TrialOptions,
  readings: { readonly start: Reading; readonly before: Reading; readonly now: Reading },
  earlier: readonly Look[],
  last: boolean,
): Look {
  const { start, before, now } = readings;
  const of = (arm: ArmName) => {
    const scrape = now.servers[arm];
    const since = scrape.since(start.servers[arm]);
    const recent = scrape.since(before.servers[arm]);
    const { predictions, failures, unanswered, answers, lateAnswers } = now.proxies[arm];
    const counts: VersionCounts = {
      ...serverCounts(since, recent, options.contract, options[arm].version),
      unanswered,
      answers,
      lateAnswers,
      recentAnswers: answers - before.proxies[arm].answers,
    };
    return { predictions, failures, counts };
  };
  const [champion, challenger] = [of("champion"), of("challenger")];
  const pair = { trial: challenger.counts, champion: champion.counts };
  const pairs = [...earlier.map(countsOf), pair];
  const counts = {
    ...pair,
    blocks: blocksOf(pairs),
    labels: labelsOf(pairs),
    scores: scoresOf(pairs),
  };
  const judgements = evaluate(options.contract, options.pace, counts);
  const { action, because } = decide(judgements, last);
  return {
    champion,
    challenger,
    verdict: { action, reason: reasonOf(action, because), judgements },
  };
}

/** Counts of both versions since a trial began. */
type Pair = Pick<TrialCounts, "trial" | "champion">;

function countsOf({ challenger, champion }: Look): Pair {
  return { trial: challenger.counts, champion: champion.counts };
}

/** What was counted from look to look: a rehearsal has no clock, so a look is its block of time. */
function between(
  looks: readonly Pair[],
  share: (counts: VersionCounts) => Block["trial"] | undefined,
): Block[] {
  const none = { events: 0, trials: 0 };
  return looks.map((now, i): Block => {
    const since = (of: keyof Pair) => {
      const before = looks[i - 1];
      const last = share(now[of]) ?? none;
      const first = (before && share(before[of])) ?? none;
      return { events: last.events - first.events, trials: last.trials - first.trials };
    };
    return { trial: since("trial"), champion: since("champion") };
  });
}

function blocksOf(looks: readonly Pair[]): TrialCounts["blocks"] {
  return {
    errors: between(looks, ({ requests, errors, unanswered }) => ({
      events: errors + unanswered,
      trials: requests + unanswered,
    })),
    latency: between(looks, ({ answers, lateAnswers }) => ({
      events: lateAnswers,
      trials: answers,
    })),
  };
}

/** Wrong answers from look to look, by predicted label; true labels come as soon as the answer. */
function labelsOf(looks: readonly Pair[]): TrialCounts["labels"] {
  return [0, 1].flatMap((label) => between(looks, ({ outcomes }) => wrongByLabel(outcomes)[label]));
}

/** Requests by tenth of the score from look to look. */
function scoresOf(looks: readonly Pair[]): TrialCounts["scores"] {
  return looks.map((now, i) => {
    const since = (of: keyof Pair) =>
      now[of].scoreTenths.map(
        (count, tenth) => count - (looks[i - 1]?.[of].scoreTenths[tenth] ?? 0),
      );
    return { trial: since("trial"), champion: since("champion") };
  });
}

/** Why a look ended as it did: the gates that decided, with their values. */
function reasonOf(action: Action, because: readonly Judgement[]): string {
  const gates = because.map(describe).join("; ");
  if (action === "promote") return `shown to hold: ${gates}; no gate shown to fail`;
  return action === "roll back" ? `shown to fail: ${gates}` : `not shown yet: ${gates}`;
}

/** A gate in words: `errors 0.052, at most 0.001`. */
export function describe({ gate, value, bound, lacks }: Judgement): string {
  const limit = "min" in bound ? `at least ${digits(bound.min)}` : `at most ${digits(bound.max)}`;
  return `${gate} ${digits(value)}, ${limit}${lacks === undefined ? "" : ` (${lacks})`}`;
}

function digits(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "unknown";
}

async function afterRollback(
  { contract, applications, name }: TrialOptions,
  router: Router,
  random: () => number,
): Promise<Trial["after"]> {
  router.rollBack();
  const { champion, challenger } = router.counts;
  const [requests, onChallenger, errors] = [
    champion.predictions + challenger.predictions,
    challenger.predictions,
    champion.failures + challenger.failures,
  ];
  await sendAll(router, contract.name, draw(applications, requestsAfter, random, `${name}-after`));
  return {
    requests: champion.predictions + challenger.predictions - requests,
    challenger: challenger.predictions - onChallenger,
    errors: champion.failures + challenger.failures - errors,
  };
}

/**
 * Upper edges in milliseconds of the bins that latencies are shown in; each a fifth of a decade.
 */
export const latencyEdges = Array.from({ length: 20 }, (_, i) => 10 ** (-1 + i / 5));

/** Quantiles and histogram of latencies in milliseconds; zeros without any. */
export function latencyOf(milliseconds: readonly number[]): Latency {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const quantile = (share: number) =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const histogram = [...latencyEdges, Infinity].map(
    (edge, i) =>
      sorted.filter((value) => value <= edge && value > (latencyEdges[i - 1] ?? -1)).length,
  );
  return {
    p50: quantile(0.5),
    p90: quantile(0.9),
    p99: quantile(0.99),
    max: sorted[sorted.length - 1] ?? 0,
    histogram,
  };
}
