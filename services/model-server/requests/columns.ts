import type { Contract, Feature } from "../../contract/contract";
import type { Kind } from "./datatypes";
import type { ProblemCode } from "./problem";

/** A feature of the contract, made ready for checking values. */
export interface Column {
  readonly name: string;
  readonly optional: boolean;
  /** What the elements of a tensor of this column alone may be. */
  readonly kinds: readonly Kind[];
  /** What is allowed, for people. */
  readonly allowed: string;
  /** Code of what is wrong with a value that is there, or undefined. */
  readonly check: (value: unknown) => ProblemCode | undefined;
}

/** The columns of a model's input, in order. */
export function columnsOf({ features }: Pick<Contract, "features">): Column[] {
  return features.map((feature) => ({
    name: feature.name,
    optional: feature.optional,
    kinds: kindsOf(feature),
    allowed: allowed(feature),
    check: check(feature),
  }));
}

/** Codes of a category are numbers; 0 and 1 may be given as false and true. */
function kindsOf(feature: Feature): readonly Kind[] {
  const codes = feature.type === "category" ? feature.values : [];
  const isTruth = codes.length > 0 && codes.every((code) => code === 0 || code === 1);
  return isTruth ? ["boolean", "integer", "number"] : ["integer", "number"];
}

function check(feature: Feature): (value: unknown) => ProblemCode | undefined {
  if (feature.type === "category") {
    const { values } = feature;
    return (value) =>
      typeof value !== "number"
        ? "feature.type"
        : values.includes(value)
          ? undefined
          : "feature.category";
  }
  const { min, max } = feature;
  const integer = feature.type === "integer";
  return (value) => {
    if (typeof value !== "number" || (integer && !Number.isInteger(value))) return "feature.type";
    // Written so that NaN is out of range too.
    return value >= min && value <= max ? undefined : "feature.range";
  };
}

function allowed(feature: Feature): string {
  if (feature.type === "category") return `must be one of ${feature.values.join(", ")}`;
  const unit = feature.unit === undefined ? "" : ` (${feature.unit})`;
  return `must be ${feature.type === "integer" ? "a whole number" : "a number"} from ${feature.min} to ${feature.max}${unit}`;
}

/** Rows of a request: row-major float64, NaN where an optional feature is missing. */
export interface Rows {
  readonly values: Float64Array;
  readonly count: number;
}
