import type { Contract } from "../../services/contract/contract";
import { metrics, overloadedCode, seriesNames } from "../../services/contract/metrics";
import { latencyText } from "../../services/contract/units";
import { namespaces } from "../kubernetes/labels";
import { hashLabel, shareComparison, shareEvidence } from "./comparison";
import type { TrialCounts } from "./counts";
import { series } from "./series";
import { scrapeSeconds, type Pace } from "./pace";
import { matchers } from "./quoting";
import { select, type RecordingRule } from "./rule";
import { waldEvidence, waldQuery, waldWeights, type Shares } from "./sequential";
import type { Evidence, Gate } from "./verdict";

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
/**
 * Gap between two lives of a server that still counts as a restart: back-off grows to five minutes.
 */
const gap = "10m";
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
  const before = `last_over_time(${selector}[${gap}] offset ${step})`;
  const lost = `sum(sum_over_time((${before} > last_over_time(${selector}[${gap}]))[${memory}:${step}]))`;
  return `(sum(last_over_time(${selector}[${memory}])) + (${lost} or vector(0)))`;
}

/** {@link total}, and 0 where it is empty. */
export function totalOrZero(selector: string): string {
  return `(${total(selector)} or vector(0))`;
}

/**
 * Window over which versions are compared: longer than a trial, so that it holds all of the trial's
 * own traffic.
 */
export const comparisonWindow = "1h";

/** Name of the gate that compares a version's slow answers with those of the others. */
export const latencyComparison = "latency-champion";

/** Differences in the share of slow answers that should be found soonest. */
const slowSpread = 0.02;

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

/**
 * Evidence that a version is slower than the others at the same time: a machine that stalls stalls
 * both.
 */
export function requestTrialRules(contract: Contract): RecordingRule[] {
  const { all, quick, away } = timedAnswers(contract);
  const grown = (selector: string) =>
    `sum by (${hashLabel}) (increase(${selector}[${comparisonWindow}]))`;
  // Without such a request there is no series of them.
  const turnedAway = `(${grown(away)} or 0 * ${grown(all)})`;
  return shareComparison(contract, {
    gate: latencyComparison,
    events: `clamp_min(${grown(all)} - ${grown(quick)}, 0) + ${turnedAway}`,
    trials: `${grown(all)} + ${turnedAway}`,
    minimum: contract.drift.minimumSamples,
    spread: slowSpread,
    by: hashLabel,
  });
}

/** How many requests a version needs before a look says something good of it. */
type Sample = Pick<Pace, "windowSeconds" | "minimumRequests">;

/** Server errors of what was taken in, which the requests at hand can prove to be few enough. */
export function errorGate(contract: Contract, pace: Sample, boundary: number): Gate {
  const shares = errorShares(contract);
  const few = fewestEvents(shares, boundary);
  const query = ({ hash }: { readonly hash: string }) => {
    const own = { [hashLabel]: hash };
    const all = select(contract, metrics.requests.name, own, taken);
    const failed = select(contract, metrics.requests.name, own, 'status=~"5.."', taken);
    // What the proxy had to answer itself, because the server was gone: no server counts that.
    const unanswered = requestsOf(contract.name, own, 'response_code=~"5..",response_flags!="-"');
    const failures = `(${totalOrZero(failed)} + ${totalOrZero(unanswered)})`;
    const trials = `(${totalOrZero(all)} + ${totalOrZero(unanswered)})`;
    const enough = `${flowing(all, pace)} or ${failures} >= ${few} or ${notANumber(trials)}`;
    return `${waldQuery(shares, failures, trials)} and on () (${enough})`;
  };
  return {
    name: "errors",
    compares: "share of requests that end with a server error",
    bound: { max: shares.acceptable },
    query,
    proof: query,
    evidence({ trial: { requests, errors, unanswered, recentRequests } }) {
      const [events, trials] = [errors + unanswered, requests + unanswered];
      const known =
        (requests >= pace.minimumRequests && recentRequests > 0) ||
        events >= few ||
        Number.isNaN(trials);
      const against = known ? waldEvidence(shares, events, trials) : undefined;
      return { value: events / trials, against, proof: against };
    },
  };
}

/**
 * Late answers: a version is refused that is slower than the objective and slower than the
 * champion. The smaller of two evidences is valid against either being untrue.
 */
export function latencyGate(contract: Contract, pace: Sample, boundary: number): Gate {
  const few = fewestEvents(latencyShares, boundary);
  const parts = (hash: string) => {
    const own = { [hashLabel]: hash };
    const { all, quick, away } = timedAnswers(contract, own);
    const late = `(${total(all)} - ${total(quick)} + ${totalOrZero(away)})`;
    const trials = `(${total(all)} + ${totalOrZero(away)})`;
    const window = `[${pace.windowSeconds}s]`;
    const recent = `sum(increase(${all}${window})) + (sum(increase(${away}${window})) or vector(0))`;
    return {
      objective: waldQuery(latencyShares, late, trials),
      champion: `label_replace(${select(contract, series.trialEvidence, { gate: latencyComparison, ...own })}, "than", "champion", "", "")`,
      enough: `(${trials} >= ${pace.minimumRequests} and ${recent} > 0 or ${late} >= ${few} or ${notANumber(late)})`,
    };
  };
  return {
    name: "latency",
    compares: `share of predictions that were turned away or answered later than ${latencyText(contract.slos.latencyP99)}`,
    bound: { max: latencyShares.acceptable },
    query({ hash }) {
      const { objective, champion, enough } = parts(hash);
      return `min((${objective}) or ${champion}) and on () ${enough}`;
    },
    proof({ hash }) {
      const { objective, enough } = parts(hash);
      return `${objective} and on () ${enough}`;
    },
    evidence: (counts) => latencyEvidence(contract, pace, few, counts),
  };
}

/** Both queries of {@link latencyGate} from counts. */
function latencyEvidence(
  { drift }: Pick<Contract, "drift">,
  { minimumRequests }: Sample,
  few: number,
  { trial, champion }: TrialCounts,
): Evidence {
  const { answers, lateAnswers, recentAnswers } = trial;
  const value = lateAnswers / answers;
  const known =
    (answers >= minimumRequests && recentAnswers > 0) ||
    lateAnswers >= few ||
    Number.isNaN(answers - lateAnswers);
  if (!known) return { value, against: undefined };
  const objective = waldEvidence(latencyShares, lateAnswers, answers);
  const slower = shareEvidence(
    { events: lateAnswers, trials: answers },
    { events: champion.lateAnswers, trials: champion.answers },
    { minimum: drift.minimumSamples, spread: slowSpread },
  );
  const against =
    slower === undefined || Number.isNaN(slower) ? objective : Math.min(objective, slower);
  return { value, against, proof: objective };
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
