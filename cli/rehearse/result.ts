import type { VersionCounts } from "../../infra/gates/counts";
import type { Action, Judgement } from "../../infra/gates/gates";
import type { FeatureDrift } from "../../infra/observability/drift";
import type { Interval } from "../../infra/observability/performance";
import type { Fault } from "./router";
import type { Audit, Evaluation, Explanation, TrainingGate } from "./training";

/** A model that was trained in the rehearsal. */
export interface TrainedModel {
  readonly name: string;
  readonly text: string;
  /** Version of the release; undefined when a gate refused it. */
  readonly version: string | undefined;
  readonly modelDigest: string | undefined;
  readonly seconds: number;
  /** Training steps that ran now, and that were there already with the same inputs. */
  readonly steps: { readonly fresh: number; readonly reused: number };
  readonly refused: { readonly step: string; readonly gates: readonly TrainingGate[] } | undefined;
  readonly evaluation: Evaluation;
  readonly audit: Audit | undefined;
  readonly explanation: Explanation | undefined;
}

/** Latency of one version as its callers saw it, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Requests per bin of `latencyEdges`. */
  readonly histogram: readonly number[];
}

/** What was counted of one version since the trial began. */
export interface ArmCounts {
  /** Predictions that callers asked for, and those that they saw fail with a server error. */
  readonly predictions: number;
  readonly failures: number;
  /** What the gates are judged by. */
  readonly counts: VersionCounts;
}

/** One look at a trial: counts so far, and what they say. */
export interface Look {
  readonly champion: ArmCounts;
  readonly challenger: ArmCounts;
  readonly verdict: {
    readonly action: Action;
    readonly reason: string;
    readonly judgements: readonly Judgement[];
  };
}

export interface Trial {
  readonly name: string;
  readonly champion: string;
  readonly challenger: string;
  readonly share: number;
  readonly fault: Fault | undefined;
  readonly looks: readonly Look[];
  readonly latency: { readonly champion: Latency; readonly challenger: Latency };
  /** Requests that the injected fault touched before the end. */
  readonly affected: number;
  /** Requests after a rollback, and how many of them still reached the challenger or failed. */
  readonly after:
    { readonly requests: number; readonly challenger: number; readonly errors: number } | undefined;
  readonly seconds: number;
}

/** One window of requests, held against the release that served it. */
export interface DriftWindow {
  readonly name: string;
  readonly version: string;
  readonly rows: number;
  readonly drift: readonly FeatureDrift[];
  /** Share of right decisions, by the labels that arrived. */
  readonly accuracy: { readonly value: number; readonly interval: Interval };
}

/** Why one application got its score, as the server explains it. */
export interface OneExplanation {
  readonly version: string;
  readonly label: string;
  readonly score: number;
  readonly expected: number;
  readonly logOdds: number;
  readonly contributions: readonly { readonly feature: string; readonly contribution: number }[];
}

/** One line of the timeline. */
export interface Chapter {
  readonly title: string;
  readonly kind: "train" | "serve" | "trial" | "drift" | "gate";
  readonly from: number;
  readonly to: number;
  readonly outcome: string;
  readonly tone: "good" | "bad" | "plain";
  /** Version in use when it ended. */
  readonly inUse: string | undefined;
}

/** What the scenario was meant to show, and whether the gates agreed. */
export interface Expectation {
  readonly expected: string;
  readonly found: string;
  readonly met: boolean;
}

/** Everything that a rehearsal found; `out/rehearsal.json`. */
export interface Rehearsal {
  readonly model: string;
  readonly purpose: string;
  readonly seed: number;
  readonly channel: string;
  readonly shift?: { readonly title: string; readonly text: string };
  readonly limits: {
    readonly latencyMilliseconds: number;
    /** Rate of false rollbacks that all gates share. */
    readonly falseRollback: number;
    readonly driftSignificance: number;
    readonly minimumRequests: number;
  };
  readonly models: readonly TrainedModel[];
  readonly trials: readonly Trial[];
  readonly windows: readonly DriftWindow[];
  readonly explanations: readonly OneExplanation[];
  readonly chapters: readonly Chapter[];
  readonly expectations: readonly Expectation[];
  readonly requests: number;
  readonly seconds: number;
}
