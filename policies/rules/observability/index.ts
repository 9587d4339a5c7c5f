import type { Rule } from "../../rule";

/** Rules of the area observability. */
export const rules: readonly Rule[] = [];
