import type { Rule } from "../../rule";

/** Rules of the area workloads. */
export const rules: readonly Rule[] = [];
