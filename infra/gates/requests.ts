import type { Contract } from "../../services/contract/contract";
import { metrics, overloadedCode, seriesNames } from "../../services/contract/metrics";
import { latencyText } from "../../services/contract/units";
import { namespaces } from "../kubernetes/labels";
import {
  blockEvidence,
  blockQuery,
  blockRules,
  grownInBlock,
  restartGap,
  smallest,
} from "./blocks";
import { hashLabel, type Share } from "./comparison";
import type { BlockGate, VersionCounts } from "./counts";
import { scrapeSeconds, type Pace } from "./pace";
import { matchers } from "./quoting";
import { select, type RecordingRule } from "./rule";
import { waldEvidence, waldQuery, waldWeights, type Shares } from "./sequential";
import type { Gate } from "./verdict";

/**
 * PromQL selector of the requests that a model's pods answered, as the proxy beside each server
 * counts them: it also sees the requests that a dying server did not answer. `labels` narrow it,
 * `more` is a further matcher.
 */
export function requestsOf(
  model: string,
  labels: Readonly<Record<string, string>> = {},
  more?: string,
): string {
  const exact = {
    reporter: "destination",
    destination_workload_namespace: namespaces.models,
    destination_canonical_service: model,
    ...labels,
  };
  return `istio_requests_total{${[...matchers(exact), ...(more === undefined ? [] : [more])].join(",")}}`;
}

/**
 * How many times the error budget a version on trial may use up: the fast-burn factor of a budget
 * of 30 days is 14.4; a trial stops sooner.
 */
export const budgetFactor = 10;
/**
 * Share of answers later than an objective for the 99th percentile, and how many times that is a
 * bad version.
 */
const slowShare = 0.01;
const slowFactor = 5;

/** Shares of server errors: within the objective, and so many times its budget. */
export function errorShares({ slos }: Pick<Contract, "slos">): Shares {
  const acceptable = Math.min(0.5, Math.max(1e-6, Number((1 - slos.availability).toFixed(6))));
  return {
    acceptable,
    unacceptable: Math.min(0.99, Number((budgetFactor * acceptable).toPrecision(6))),
  };
}

/** Shares of answers later than the latency objective. */
export const latencyShares: Shares = {
  acceptable: slowShare,
  unacceptable: slowFactor * slowShare,
};

/**
 * Restarts of server processes during a trial at which the version is refused: one may be a node's
 * fault, three are the version's.
 */
export const restartLimit = 3;

/**
 * How long a pod that is gone still counts; a version that is tried again within it meets its own
 * past.
 */
const memory = "1h";
/** Step at which restarts are looked for: the interval of the scrapes. */
const step = `${scrapeSeconds}s`;

/**
 * Events since the version's first pod started, as a sum over counters. The counters of a version
 * start at zero with its pods, so their plain values are exact, where `increase()` would
 * extrapolate to events that nobody counted and lose the first of a series that begins with it. Two
 * things are put right: pods that are gone keep their last value, and when a server restarts in its
 * pod, what it had counted before is added. Empty when no such series exists.
 */
export function total(selector: string): string {
  const before = `last_over_time(${selector}[${restartGap}] offset ${step})`;
  const lost = `sum(sum_over_time((${before} > last_over_time(${selector}[${restartGap}]))[${memory}:${step}]))`;
  return `(sum(last_over_time(${selector}[${memory}])) + (${lost} or vector(0)))`;
}

/** {@link total}, and 0 where it is empty. */
export function totalOrZero(selector: string): string {
  return `(${total(selector)} or vector(0))`;
}

/** Explanations take longer by their nature, and nobody waits for the answer to feedback. */
export const timedOperations = 'operation=~"infer|predict"';

/**
 * A request that the server turned away, because it had too many, is no error: callers can send too
 * many to any version. It is a prediction that came too late, and those are compared with the
 * champion's, who is asked by the same callers at the same time.
 */
const shed = `code="${overloadedCode}"`;
const taken = `code!="${overloadedCode}"`;

/**
 * Answers to predictions, those within the latency objective, whose edge is a bucket, and
 * predictions that were turned away; selectors, with further labels.
 */
export function timedAnswers(contract: Contract, labels: Readonly<Record<string, string>> = {}) {
  const [buckets = "", , counts = ""] = seriesNames(metrics.duration);
  const edge = contract.slos.latencyP99 / 1_000;
  // Prometheus 3 stores whole edges as `1.0`, earlier ones as `1`.
  const upTo = Number.isInteger(edge) ? `le=~"${edge}([.]0)?"` : `le="${edge}"`;
  return {
    all: select(contract, counts, labels, timedOperations),
    quick: select(contract, buckets, labels, timedOperations, upTo),
    away: select(contract, metrics.requests.name, labels, timedOperations, shed),
  };
}

/** Failures among the requests that were taken in, as selectors, of one version or of all. */
function failures(contract: Contract, labels: Readonly<Record<string, string>> = {}) {
  const name = metrics.requests.name;
  return {
    all: select(contract, name, labels, taken),
    failed: select(contract, name, labels, 'status=~"5.."', taken),
    // What the proxy had to answer itself, because the server was gone: no server counts that.
    unanswered: requestsOf(contract.name, labels, 'response_code=~"5..",response_flags!="-"'),
  };
}

/** Sum of two expressions by version, each of which may lack versions. */
function plus(one: string, other: string): string {
  return `((${one} or 0 * ${other}) + (${other} or 0 * ${one}))`;
}

/** Blocks of errors and of late answers, by version. */
export function requestTrialRules(contract: Contract): RecordingRule[] {
  const { all, failed, unanswered } = failures(contract);
  const { all: answers, quick, away } = timedAnswers(contract);
  const grown = grownInBlock;
  return [
    ...blockRules(contract, {
      gate: "errors",
      shares: errorShares(contract),
      events: plus(grown(failed), grown(unanswered)),
      trials: plus(grown(all), grown(unanswered)),
    }),
    ...blockRules(contract, {
      gate: "latency",
      shares: latencyShares,
      events: plus(`clamp_min(${grown(answers)} - ${grown(quick)}, 0)`, grown(away)),
      trials: plus(grown(answers), grown(away)),
    }),
  ];
}

/** How many requests a version needs before a look says something good of it. */
type Sample = Pick<Pace, "windowSeconds" | "minimumRequests">;

/** A gate on the share of a version's requests that were failures of one kind, in both forms. */
interface RequestGate extends Pick<Gate, "compares"> {
  readonly name: BlockGate;
  readonly shares: Shares;
  /** Failures and trials of the version with this hash, and whether they say something. */
  readonly parts: (hash: string) => {
    readonly events: string;
    readonly trials: string;
    readonly enough: string;
  };
  /** The same from counts. */
  readonly counted: (counts: VersionCounts) => Share & { readonly known: boolean };
}

/**
 * A version is refused if it fails more often than it may, by its own requests and by blocks of
 * time, and more often than the champion at the same time. The smallest of these evidences is valid
 * if any of the claims is untrue: an incident that hits both versions, or one that hits many
 * requests at once, refuses none. To be proven it has to keep the objective alone.
 */
function requestGate(
  contract: Contract,
  { name, compares, shares, parts, counted }: RequestGate,
): Gate {
  const objective = (hash: string) => {
    const { events, trials, enough } = parts(hash);
    return { evidence: waldQuery(shares, events, trials), enough };
  };
  return {
    name,
    compares,
    bound: { max: shares.acceptable },
    query({ hash }) {
      const { evidence, enough } = objective(hash);
      const blocks = blockQuery(contract, name, hash).map(
        (query, i) => ` or label_replace(${query}, "by", "block-${i}", "", "")`,
      );
      return `min((${evidence})${blocks.join("")}) and on () (${enough})`;
    },
    proof({ hash }) {
      const { evidence, enough } = objective(hash);
      return `${evidence} and on () (${enough})`;
    },
    evidence({ trial, blocks }) {
      const { events, trials, known } = counted(trial);
      const value = events / trials;
      if (!known) return { value, against: undefined };
      const proof = waldEvidence(shares, events, trials);
      return { value, against: smallest(proof, ...blockEvidence(shares, blocks[name])), proof };
    },
  };
}

/** Server errors of what was taken in, which the requests at hand can prove to be few enough. */
export function errorGate(contract: Contract, pace: Sample, boundary: number): Gate {
  const shares = errorShares(contract);
  const few = fewestEvents(shares, boundary);
  return requestGate(contract, {
    name: "errors",
    compares: "share of requests that end with a server error",
    shares,
    parts(hash) {
      const { all, failed, unanswered } = failures(contract, { [hashLabel]: hash });
      const events = `(${totalOrZero(failed)} + ${totalOrZero(unanswered)})`;
      const trials = `(${totalOrZero(all)} + ${totalOrZero(unanswered)})`;
      const enough = `${flowing(all, pace)} or ${events} >= ${few} or ${notANumber(trials)}`;
      return { events, trials, enough };
    },
    counted({ requests, errors, unanswered, recentRequests }) {
      const [events, trials] = [errors + unanswered, requests + unanswered];
      const known =
        (requests >= pace.minimumRequests && recentRequests > 0) ||
        events >= few ||
        Number.isNaN(trials);
      return { events, trials, known };
    },
  });
}

/** Predictions that were turned away or answered later than the objective. */
export function latencyGate(
  contract: Contract,
  { minimumRequests, windowSeconds }: Sample,
  boundary: number,
): Gate {
  const few = fewestEvents(latencyShares, boundary);
  return requestGate(contract, {
    name: "latency",
    compares: `share of predictions that were turned away or answered later than ${latencyText(contract.slos.latencyP99)}`,
    shares: latencyShares,
    parts(hash) {
      const { all, quick, away } = timedAnswers(contract, { [hashLabel]: hash });
      const events = `(${total(all)} - ${total(quick)} + ${totalOrZero(away)})`;
      const trials = `(${total(all)} + ${totalOrZero(away)})`;
      const window = `[${windowSeconds}s]`;
      const recent = `sum(increase(${all}${window})) + (sum(increase(${away}${window})) or vector(0))`;
      const enough = `${trials} >= ${minimumRequests} and ${recent} > 0 or ${events} >= ${few} or ${notANumber(events)}`;
      return { events, trials, enough };
    },
    counted({ answers, lateAnswers, recentAnswers }) {
      const known =
        (answers >= minimumRequests && recentAnswers > 0) ||
        lateAnswers >= few ||
        Number.isNaN(answers - lateAnswers);
      return { events: lateAnswers, trials: answers, known };
    },
  });
}

/**
 * So few events refuse a version that has nothing else, and no minimum sample may stand in their
 * way.
 */
function fewestEvents(shares: Shares, boundary: number): number {
  const { event, trial } = waldWeights(shares);
  return Math.ceil(boundary / (event + trial));
}

/** Whether the version has its minimum sample, past lives included, and requests still come. */
function flowing(all: string, { minimumRequests, windowSeconds }: Sample): string {
  return `${total(all)} >= ${minimumRequests} and sum(increase(${all}[${windowSeconds}s])) > 0`;
}

/** A count that is not a number must not pass for no traffic. */
function notANumber(count: string): string {
  return `${count} != ${count}`;
}

/**
 * Restarts of the version's server processes: what they had counted is lost to them, so the
 * restarts are counted. Empty while no process has said when it began.
 */
export function restarts(contract: Contract, { hash }: { readonly hash: string }): string {
  return `sum(changes(${select(contract, metrics.started.name, { [hashLabel]: hash })}[1h]))`;
}
