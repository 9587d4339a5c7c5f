import type { Rule } from "../../rule";

/** Rules of the area access. */
export const rules: readonly Rule[] = [];
