import type { Block } from "./blocks";
import type { ByPredicted } from "./unlabelled";

/** True labels that arrived for one version, or for one group under it. */
export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly trueNegative: number;
  readonly falseNegative: number;
}

/** Rows by bin of the score, and what training held out. */
export interface BinnedScores {
  readonly counts: readonly number[];
  /** Share of each bin among the rows that training held out, and their number. */
  readonly reference: readonly number[];
  readonly referenceRows: number;
}

/** Requests of a block by tenth of the score, under the version on trial and all others. */
export interface ScoreBlock {
  readonly trial: readonly number[];
  readonly champion: readonly number[];
}

/**
 * What is counted of one version: since its first pod began, which for a comparison with the other
 * version is the window of the comparison (an hour of requests, a day of labels). A count is 0
 * where nothing was counted, and NaN only where a server says so. Requests and answers that a pod
 * counted before it restarted or went away are part of theirs; labels are those of the pods that run.
 */
export interface VersionCounts {
  /** Requests that the version's servers took in and answered, of every operation. */
  readonly requests: number;
  /** Those that they answered with a server error. */
  readonly errors: number;
  /** Requests that the proxy had to answer with a server error itself, because no server did. */
  readonly unanswered: number;
  /**
   * Predictions that were answered with success or turned away because there were too many, and
   * those of them that were turned away or later than the latency objective.
   */
  readonly answers: number;
  readonly lateAnswers: number;
  /** The same within the window after whose silence a version has no traffic (`windowSeconds` of its pace). */
  readonly recentRequests: number;
  readonly recentAnswers: number;
  /** Restarts of server processes within an hour; undefined while no process has said when it began. */
  readonly restarts: number | undefined;
  /** Requests by tenth of the score; one of several rows counts once, in shares. */
  readonly scoreTenths: readonly number[];
  /** Scores of an hour in the version's own bins; undefined without those of its training. */
  readonly scoreBins: BinnedScores | undefined;
  /** Rows predicted, by the label. */
  readonly predictions: ByPredicted;
  /** True labels of any age, by the label that was predicted. */
  readonly labels: ByPredicted;
  /** True labels of predictions that are as old as the contract's outcome window. */
  readonly outcomes: Confusion;
  /** Decisions whose group was reported, by protected attribute and group. */
  readonly decisions: Readonly<Record<string, Readonly<Record<string, ByPredicted>>>>;
  /** Labels that came with a group, by protected attribute and group. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, Confusion>>>>;
}

/** What is known at one look at a version on trial; the champion is every other version together. */
export interface TrialCounts {
  readonly trial: VersionCounts;
  readonly champion: VersionCounts;
  /**
   * Failures among what was taken in, and late among predictions, by block of time; all blocks of
   * the trial.
   */
  readonly blocks: Readonly<Record<BlockGate, readonly Block[]>>;
  /**
   * Wrong answers among the predictions of a label, by block of time and age of the true label: all
   * strata of the trial.
   */
  readonly labels: readonly Block[];
  /** Requests by tenth of the score, by block of time; all blocks of the trial. */
  readonly scores: readonly ScoreBlock[];
}

/** Gates whose events are compared with the champion's of the same time. */
export const blockGates = ["errors", "latency"] as const;
export type BlockGate = (typeof blockGates)[number];

/** Sum of counts. */
export function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
