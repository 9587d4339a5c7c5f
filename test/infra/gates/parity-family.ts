import type { RuleGroup } from "../../../infra/gates/rule";

/** One drawing of counts: the series that show them, and what each query must return. */
export interface ParityCase {
  readonly inputs: Readonly<Record<string, string>>;
  /** By query: a number, NaN, or undefined for an empty result. */
  readonly expected: readonly {
    readonly query: string;
    readonly result: number | undefined;
  }[];
}

/** Rules that run, and drawings of counts for them. */
export interface ParityFamily {
  readonly rules: readonly RuleGroup[];
  readonly cases: readonly ParityCase[];
}
