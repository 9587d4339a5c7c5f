import type { Rule } from "../../rule";

/** Rules of the area cost. */
export const rules: readonly Rule[] = [];
