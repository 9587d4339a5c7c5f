import type { Rule } from "../../rule";

/** Rules of the area reliability. */
export const rules: readonly Rule[] = [];
