import type { Contract } from "../../services/contract/contract";
import { metrics } from "../../services/contract/metrics";
import { series } from "./names";
import { select } from "./rule";
import { hashLabel } from "./trial/comparison";
import { fairnessGateName, fairnessGates } from "./trial/groups";
import { accuracyComparison, labelGates } from "./trial/labels";
import { latencyComparison, timedAnswers } from "./trial/requests";
import { scoreComparison } from "./trial/score";
import type { Pace } from "./pace";
import { requestsOf } from "./requests";
import { total, totalOrZero, wald } from "./promql";
import { refusal, waldWeights, type Shares } from "./sequential";

/** A question that a release has to answer, as the evidence against the version on trial. */
export interface Gate {
  readonly name: string;
  /** Evidence; empty while nothing can be said. */
  readonly query: string;
  /** Evidence by which the version may be proven good, if it has to be before full traffic. */
  readonly proof?: string;
  /** Shares of the test, where the gate is about single events. */
  readonly shares?: Shares;
}

/**
 * How many times the error budget a version on trial may use up: the fast-burn factor of a budget
 * of 30 days is 14.4; a trial stops sooner.
 */
const budgetFactor = 10;
/**
 * Share of answers later than an objective for the 99th percentile, and how many times that is a
 * bad version.
 */
const slowShare = 0.01;
const slowFactor = 5;

/** Largest share of server errors at which a version stays on trial. */
export function errorRatioLimit({ slos }: Pick<Contract, "slos">): number {
  // Four digits: 1 - 0.999 is 0.0010000000000000009 in binary floating point.
  return Number(Math.min(1, budgetFactor * (1 - slos.availability)).toFixed(4));
}

/** Shares of server errors: within the objective, and {@link errorRatioLimit}. */
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

/** What gates are made from: the contract, the release on trial, and how fast the release goes. */
export interface GateInput {
  readonly contract: Contract;
  /** Version of the release on trial: labels count under it wherever they are sent. */
  readonly version: string;
  /** Pod template hash of the version on trial. */
  readonly hash: string;
  readonly pace: Pick<Pace, "windowSeconds" | "minimumRequests">;
}

/** Gates of every release, and the evidence at which any of them refuses the version. */
export function gatesOf(input: GateInput): {
  readonly gates: readonly Gate[];
  readonly boundary: number;
} {
  const names = gateNames(input.contract);
  const boundary = refusal(names.length);
  const labelled = names
    .slice(3)
    .map((name): Gate => ({ name, query: labelEvidence(input, name) }));
  return {
    gates: [
      errorGate(input, boundary),
      latencyGate(input, boundary),
      scoreGate(input),
      ...labelled,
    ],
    boundary,
  };
}

/** Names of the gates that share the false-rollback rate. */
export function gateNames(contract: Contract): string[] {
  return [
    "errors",
    "latency",
    scoreComparison,
    ...labelGates(contract).map(({ metric }) => metric),
    accuracyComparison,
    ...fairnessGates(contract).map(fairnessGateName),
  ];
}

function errorGate({ contract, hash, pace }: GateInput, boundary: number): Gate {
  const shares = errorShares(contract);
  const { event, trial } = waldWeights(shares);
  const own = { [hashLabel]: hash };
  const all = select(contract, metrics.requests.name, own);
  const failed = select(contract, metrics.requests.name, own, 'status=~"5.."');
  // What the proxy had to answer itself, because the server was gone: no server counts that.
  const unanswered = requestsOf(contract.name, own, 'response_code=~"5..",response_flags!="-"');
  const failures = `(${totalOrZero(failed)} + ${totalOrZero(unanswered)})`;
  const evidence = wald(shares, failures, `(${total(all)} + ${totalOrZero(unanswered)})`);
  // So few errors refuse a version whose every request fails, and no minimum sample may stand in
  // their way.
  const few = Math.ceil(boundary / (event + trial));
  const seen = `(sum(${failed}) or vector(0)) + (sum(${unanswered}) or vector(0)) >= ${few}`;
  const query = `${evidence} and on () (${flowing(all, pace)} or ${seen} or ${notANumber(all)})`;
  return { name: "errors", query, proof: query, shares };
}

function latencyGate({ contract, hash, pace }: GateInput, boundary: number): Gate {
  const { event, trial } = waldWeights(latencyShares);
  const own = { [hashLabel]: hash };
  const { all, quick } = timedAnswers(contract, own);
  const slow = `(${total(all)} - ${total(quick)})`;
  const objective = wald(latencyShares, slow, total(all));
  const few = Math.ceil(boundary / (event + trial));
  const enough = `(${flowing(all, pace)} or sum(${all}) - sum(${quick}) >= ${few} or ${notANumber(quick)})`;
  const champion = `label_replace(${select(contract, series.trialEvidence, { gate: latencyComparison, ...own })}, "than", "champion", "", "")`;
  // Slower than the objective and slower than the champion: the smaller of two evidences is valid
  // against either being untrue.
  return {
    name: "latency",
    query: `min((${objective}) or ${champion}) and on () ${enough}`,
    proof: `${objective} and on () ${enough}`,
    shares: latencyShares,
  };
}

/**
 * Nothing to compare with, such as a champion without a request this hour, is no evidence: what the
 * version itself does is judged by the others.
 */
function scoreGate({ contract, hash }: GateInput): Gate {
  return {
    name: scoreComparison,
    query: `max(${select(contract, series.trialEvidence, { gate: scoreComparison, [hashLabel]: hash })}) or vector(0)`,
  };
}

/** Whether the version has its minimum sample, and requests still come. */
function flowing(all: string, { minimumRequests, windowSeconds }: GateInput["pace"]): string {
  return `sum(${all}) >= ${minimumRequests} and sum(increase(${all}[${windowSeconds}s])) > 0`;
}

/** A count that is not a number must not pass for no traffic. */
function notANumber(counts: string): string {
  return `sum(${counts}) != sum(${counts})`;
}

/** Labels may take weeks: none so far is no evidence, and no reason to wait. */
function labelEvidence({ contract, version }: GateInput, gate: string): string {
  return `max(${select(contract, series.trialEvidence, { gate, version })}) or vector(0)`;
}

/**
 * Restarts of the version's server processes: what they had counted is lost to them, so the
 * restarts are counted.
 */
export function restarts({ contract, hash }: Pick<GateInput, "contract" | "hash">): string {
  return `sum(changes(${select(contract, metrics.started.name, { [hashLabel]: hash })}[1h]))`;
}
