import type { Rule } from "../../rule";

/** Rules of the area encryption. */
export const rules: readonly Rule[] = [];
