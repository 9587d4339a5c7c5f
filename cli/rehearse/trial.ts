import type { Contract } from "../../services/contract/contract";
import { latencyMilliseconds } from "../../services/contract/units";
import type { ArmCounts } from "./counts";
import { decide } from "./decision";
import { latencyOf } from "./latency";
import { randomFrom } from "./random";
import type { Look, Trial } from "./result";
import { Router, type ArmName, type Fault } from "./router";
import type { Application } from "./rows";
import { outcomesOf, type Scrape } from "./scrape";
import type { ModelServer } from "./servers";
import { converse, draw } from "./traffic";

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
  readonly minimumRequests: number;
  readonly requestsPerLook: number;
  readonly looks: number;
  readonly fault?: Fault;
}

/** Requests that are sent after a rollback, to see that nobody reaches the challenger any more. */
const requestsAfter = 300;

/** Gives a challenger a share of the traffic and looks at the counters until they decide. */
export async function runTrial(options: TrialOptions): Promise<Trial> {
  const { name, contract, champion, challenger, share, fault, looks } = options;
  const from = performance.now();
  const router = new Router({
    champion: champion.server.connection.post,
    challenger: challenger.server.connection.post,
    share,
    trial: name,
    slowMilliseconds: latencyMilliseconds(contract.slos.latencyP99),
    onAnswer: (arm, status, milliseconds) => options[arm].count?.(status, milliseconds),
    ...(fault && { fault }),
  });
  const random = randomFrom(`${options.seed}|${name}`);
  const before = await scrapes(options);
  const seen: Look[] = [];
  while (seen.length < looks) {
    await converse(
      router,
      contract.name,
      draw(options.applications, options.requestsPerLook, random, `${name}-${seen.length}`),
    );
    const look = await lookAt(options, router, before, seen.length === looks - 1);
    seen.push(look);
    if (look.verdict.action !== "continue") break;
  }
  const { champion: first, challenger: second } = router.counts;
  const latency = {
    champion: latencyOf(first.milliseconds),
    challenger: latencyOf(second.milliseconds),
  };
  const affected = second.touched;
  const after =
    seen[seen.length - 1]?.verdict.action === "roll back"
      ? await afterRollback(options, router, random)
      : undefined;
  return {
    name,
    champion: champion.version,
    challenger: challenger.version,
    share,
    fault,
    looks: seen,
    latency,
    affected,
    after,
    seconds: (performance.now() - from) / 1_000,
  };
}

async function scrapes({ champion, challenger }: TrialOptions): Promise<Record<ArmName, Scrape>> {
  const [first, second] = await Promise.all([champion.server.scrape(), challenger.server.scrape()]);
  return { champion: first, challenger: second };
}

async function lookAt(
  options: TrialOptions,
  router: Router,
  before: Record<ArmName, Scrape>,
  last: boolean,
): Promise<Look> {
  const now = await scrapes(options);
  const arm = (name: ArmName): ArmCounts => {
    const { requests, errors, slow } = router.counts[name];
    return {
      requests,
      errors,
      slow,
      ...outcomesOf(now[name].since(before[name]), options.contract, options[name].version),
    };
  };
  const [champion, challenger] = [arm("champion"), arm("challenger")];
  return {
    champion,
    challenger,
    verdict: decide({ champion, challenger, share: options.share }, options, last),
  };
}

async function afterRollback(
  { contract, applications, name }: TrialOptions,
  router: Router,
  random: () => number,
): Promise<Trial["after"]> {
  router.rollBack();
  const { champion, challenger } = router.counts;
  const [requests, onChallenger, errors] = [
    champion.requests + challenger.requests,
    challenger.requests,
    champion.errors + challenger.errors,
  ];
  await converse(router, contract.name, draw(applications, requestsAfter, random, `${name}-after`));
  return {
    requests: champion.requests + challenger.requests - requests,
    challenger: challenger.requests - onChallenger,
    errors: champion.errors + challenger.errors - errors,
  };
}
