import type { Contract } from "../../services/contract/contract";
import type { TrialCounts } from "./counts";
import { fairnessGateName, fairnessGates, fairnessTrialRules, groupGates } from "./fairness";
import { accuracyComparison } from "./label-blocks";
import { accuracyGate, labelGates, labelPerformanceGates, labelTrialRules } from "./labels";
import type { Pace } from "./pace";
import { errorGate, latencyGate, requestTrialRules, restartLimit, restarts } from "./requests";
import type { RuleGroup } from "./rule";
import { scoreComparison, scoreGate, scoreTrialRules } from "./scores";
import { refusal } from "./sequential";
import {
  conditions,
  verdictOf,
  type Bound,
  type Condition,
  type Gate,
  type Verdict,
  type VersionOnTrial,
} from "./verdict";

/** How a trial is looked at. */
export interface TrialSettings extends Pick<Pace, "windowSeconds" | "minimumRequests"> {
  /**
   * Regions that take the release one after the other, each with a trial of its own: a false
   * rollback in one is one of the release.
   */
  readonly regions: number;
}

/** Gates of every release, and the evidence at which any of them refuses the version. */
export function gatesOf(
  contract: Contract,
  pace: TrialSettings,
): { readonly gates: readonly Gate[]; readonly boundary: number } {
  const boundary = refusal(gateNames(contract).length * pace.regions);
  return {
    gates: [
      errorGate(contract, pace, boundary),
      latencyGate(contract, pace, boundary),
      scoreGate(contract),
      ...labelPerformanceGates(contract),
      accuracyGate(contract),
      ...groupGates(contract),
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

/**
 * Evidence against versions that a single query cannot hold: comparisons between versions and
 * between groups, and true labels.
 */
export function trialGroup(contract: Contract): RuleGroup {
  return {
    name: `${contract.name}-trial`,
    interval: "15s",
    rules: [requestTrialRules, scoreTrialRules, labelTrialRules, fairnessTrialRules].flatMap(
      (rules) => rules(contract),
    ),
  };
}

/** What a query is asked for, and what its answer means. */
export interface Question {
  readonly name: string;
  readonly query: string;
  readonly success: Condition;
  readonly failure: Condition;
}

/**
 * Questions of the watch, which looks at a version at all times: it fails when a gate is shown to
 * fail, and is content with everything else that says something.
 */
export function watchQuestions(
  contract: Contract,
  pace: TrialSettings,
  version: VersionOnTrial,
): Question[] {
  const { gates, boundary } = gatesOf(contract, pace);
  const limited = (name: string, query: string, limit: number) => ({
    name,
    query,
    success: conditions.notRefused(limit),
    failure: conditions.refused(limit),
  });
  return [
    ...gates.map(({ name, query }) => limited(name, query(version), boundary)),
    limited("restarts", restarts(contract, version), restartLimit),
  ];
}

/**
 * Questions of the proof, before full traffic: each waits until its gate is shown to hold. To refuse
 * is the watch's, which looks on.
 */
export function proofQuestions(
  contract: Contract,
  pace: TrialSettings,
  version: VersionOnTrial,
): Question[] {
  const { gates } = gatesOf(contract, pace);
  return gates.flatMap(({ name, proof }) =>
    proof === undefined
      ? []
      : [
          {
            name,
            query: proof(version),
            success: conditions.proven,
            failure: conditions.notANumber,
          },
        ],
  );
}

/** One gate at one look. */
export interface Judgement {
  readonly gate: string;
  /** What is compared with what, in words. */
  readonly compares: string;
  readonly bound: Bound;
  /** What was compared with the bound; NaN when nothing was counted. */
  readonly value: number;
  /** Evidence against the version; undefined while nothing can be said. */
  readonly evidence: number | undefined;
  /** Evidence at which the gate is shown to fail. */
  readonly refusedFrom: number;
  /** Whether it has to be shown to hold before full traffic; the others only must not fail. */
  readonly mustHold: boolean;
  readonly verdict: Verdict;
  /** What it cannot be judged without, where that is missing. */
  readonly lacks?: string;
}

/**
 * Judges a version on trial by every gate of its contract, from counts alone: shown to fail as the
 * watch has it, shown to hold as the proof has it.
 */
export function evaluate(
  contract: Contract,
  pace: TrialSettings,
  counts: TrialCounts,
): Judgement[] {
  const { gates, boundary } = gatesOf(contract, pace);
  const judged = gates.map((gate): Judgement => {
    const { value, against, proof, lacks } = gate.evidence(counts);
    const failed = conditions.refused(boundary).holds(against);
    const held = conditions.proven.holds(proof);
    return {
      gate: gate.name,
      compares: gate.compares,
      bound: gate.bound,
      value,
      evidence: against,
      refusedFrom: boundary,
      mustHold: gate.proof !== undefined,
      verdict: failed ? "shown to fail" : held ? "shown to hold" : "not shown",
      ...(lacks !== undefined && { lacks }),
    };
  });
  return [...judged, restartJudgement(counts)];
}

/** Restarts are a plain count: below the limit they are within it, and there is no more to show. */
function restartJudgement({ trial }: TrialCounts): Judgement {
  return {
    gate: "restarts",
    compares: "restarts of server processes within an hour",
    bound: { max: restartLimit - 1 },
    value: trial.restarts ?? NaN,
    evidence: trial.restarts,
    refusedFrom: restartLimit,
    mustHold: false,
    verdict: verdictOf(trial.restarts, {
      success: conditions.notRefused(restartLimit),
      failure: conditions.refused(restartLimit),
    }),
  };
}

/** What follows from a look; `continue` is another look. */
export type Action = "promote" | "roll back" | "continue" | "pause";

/**
 * What the judgements of one look come to, as the watch and the proof have it: one gate that is
 * shown to fail rolls back, and the version is promoted once every gate that must hold is shown to.
 * At the last look a version that is neither is a person's to decide, and so is one that lacks what
 * a gate is judged by.
 */
export function decide(
  judgements: readonly Judgement[],
  lastLook: boolean,
): { readonly action: Action; readonly because: readonly Judgement[] } {
  const failed = judgements.filter(({ verdict }) => verdict === "shown to fail");
  if (failed.length > 0) return { action: "roll back", because: failed };
  const required = judgements.filter(({ mustHold }) => mustHold);
  const open = judgements.filter(
    ({ mustHold, verdict, lacks }) =>
      lacks !== undefined || (mustHold && verdict !== "shown to hold"),
  );
  if (open.length > 0) return { action: lastLook ? "pause" : "continue", because: open };
  return { action: "promote", because: required };
}
