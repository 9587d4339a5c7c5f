import { areas, type Rule } from "../rule";
import * as all from "./all";

/** Every rule of the pack: by area in the order of `areas`, then by name. */
export const rules: readonly Rule[] = Object.values<Rule>(all).sort(
  (a, b) => areas.indexOf(a.area) - areas.indexOf(b.area) || (a.name < b.name ? -1 : 1),
);
