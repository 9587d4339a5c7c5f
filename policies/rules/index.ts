import { closedWorld } from "../closed-world";
import { areas, type Rule } from "../rule";
import * as all from "./all";

const own = Object.values<Rule>(all);

/** Every rule of the pack: by area in the order of `areas`, then by name. */
export const rules: readonly Rule[] = [...own, closedWorld(own)].sort(
  (a, b) => areas.indexOf(a.area) - areas.indexOf(b.area) || (a.name < b.name ? -1 : 1),
);
