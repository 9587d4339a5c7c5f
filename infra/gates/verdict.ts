import type { TrialCounts } from "./counts";
import { exact, proof } from "./sequential";

/**
 * What counts say of a gate. `not shown` is no verdict yet: more requests or labels have to tell, or
 * a person.
 */
export type Verdict = "shown to hold" | "shown to fail" | "not shown";

/**
 * A condition on what a gate's query returns, in both forms: as Argo Rollouts evaluates it, and as a
 * function. Undefined is an empty result.
 */
export interface Condition {
  readonly argo: string;
  readonly holds: (result: number | undefined) => boolean;
}

/**
 * Conditions of success and failure. No result is neither; NaN is a failure, since no healthy server
 * counts NaN.
 */
export const conditions = {
  refused: (boundary: number) => bad(">=", boundary),
  notRefused: (boundary: number) => good("<", boundary),
  atMost: (boundary: number) => good("<=", boundary),
  atLeast: (boundary: number) => good(">=", boundary),
  below: (boundary: number) => bad("<=", boundary),
  proven: good("<=", proof),
  notANumber: {
    argo: "len(result) == 1 && isNaN(result[0])",
    holds: (result) => result !== undefined && Number.isNaN(result),
  },
} satisfies Record<string, Condition | ((boundary: number) => Condition)>;

const comparisons = {
  "<": (result: number, boundary: number) => result < boundary,
  "<=": (result: number, boundary: number) => result <= boundary,
  ">=": (result: number, boundary: number) => result >= boundary,
} as const;

function good(comparison: keyof typeof comparisons, boundary: number): Condition {
  const limit = exact(boundary);
  return {
    argo: `len(result) == 1 && !isNaN(result[0]) && result[0] ${comparison} ${limit}`,
    holds: (result) => result !== undefined && comparisons[comparison](result, Number(limit)),
  };
}

function bad(comparison: keyof typeof comparisons, boundary: number): Condition {
  const limit = exact(boundary);
  return {
    argo: `len(result) == 1 && (isNaN(result[0]) || result[0] ${comparison} ${limit})`,
    holds: (result) =>
      result !== undefined &&
      (Number.isNaN(result) || comparisons[comparison](result, Number(limit))),
  };
}

/** The verdict of a question that is answered by one query. */
export function verdictOf(
  result: number | undefined,
  { success, failure }: { readonly success: Condition; readonly failure: Condition },
): Verdict {
  if (failure.holds(result)) return "shown to fail";
  return success.holds(result) ? "shown to hold" : "not shown";
}

/** The version on trial, as the series name it. */
export interface VersionOnTrial {
  /** Version of its release: labels count under it wherever they are sent. */
  readonly version: string;
  /** Hash that Argo Rollouts gives its pods. */
  readonly hash: string;
}

/** Evidence from counts; undefined while nothing can be said. */
export interface Evidence {
  /** What is compared with the bound; NaN when nothing was counted. */
  readonly value: number;
  /** Evidence against the version, as the gate's query has it. */
  readonly against: number | undefined;
  /** Evidence by which the version may be proven good, as the gate's proof has it. @default none */
  readonly proof?: number | undefined;
  /** What the gate cannot be judged without, in words, where it is missing; then a person decides. */
  readonly lacks?: string;
}

export type Bound = { readonly min: number } | { readonly max: number };

/** A question that a release has to answer, in both forms: PromQL, and a function of the counts. */
export interface Gate {
  readonly name: string;
  /** What is compared with what, in words. */
  readonly compares: string;
  /** Value up to which, or from which on, a version is fine. */
  readonly bound: Bound;
  /** Evidence against the version; empty while nothing can be said. */
  readonly query: (version: VersionOnTrial) => string;
  /** Evidence by which the version may be proven good, if it has to be before full traffic. */
  readonly proof?: (version: VersionOnTrial) => string;
  /** Both evidences, from counts. */
  readonly evidence: (counts: TrialCounts) => Evidence;
}
