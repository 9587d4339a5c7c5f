import type { Rule } from "../../rule";

/** Rules of the area network. */
export const rules: readonly Rule[] = [];
