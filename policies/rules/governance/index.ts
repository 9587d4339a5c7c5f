import type { Rule } from "../../rule";

/** Rules of the area governance. */
export const rules: readonly Rule[] = [];
