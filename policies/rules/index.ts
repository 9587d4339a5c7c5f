import type { Rule } from "../rule";
import { rules as access } from "./access";
import { rules as cost } from "./cost";
import { rules as encryption } from "./encryption";
import { rules as governance } from "./governance";
import { rules as network } from "./network";
import { rules as observability } from "./observability";
import { rules as reliability } from "./reliability";
import { rules as workloads } from "./workloads";

/** Every rule of the pack, by area in the order of `areas`. */
export const rules: readonly Rule[] = [
  ...encryption,
  ...access,
  ...workloads,
  ...network,
  ...reliability,
  ...observability,
  ...governance,
  ...cost,
];
