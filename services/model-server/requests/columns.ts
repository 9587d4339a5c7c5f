import type { Contract, Feature } from "../../contract/contract";
import {
  categoriesOf,
  codeReader,
  encoder,
  isCategorical,
  isNumeric,
  type EncodingProblem,
} from "../../contract/encoding";
import type { Kind } from "./datatypes";
import type { ProblemCode } from "./problem";

/** A feature of the contract, made ready for reading values. */
export interface Column {
  readonly name: string;
  readonly optional: boolean;
  /** What the elements of a tensor of this column alone may be. */
  readonly kinds: readonly Kind[];
  /** What is allowed of a value, for people. */
  readonly allowed: string;
  /** What is allowed of a code, for people. */
  readonly allowedCode: string;
  /** The code of a value that is there, or what is wrong with it. */
  readonly encode: (value: unknown) => number | ProblemCode;
  /** A code that is there as it is, or what is wrong with it. */
  readonly readCode: (value: unknown) => number | ProblemCode;
}

/** The columns of a model's input, in order. */
export function columnsOf({ features }: Pick<Contract, "features">): Column[] {
  return features.map((feature) => {
    const [encode, readCode] = [encoder(feature), codeReader(feature)];
    return {
      name: feature.name,
      optional: feature.optional,
      kinds: kindsOf(feature),
      allowed: allowed(feature),
      allowedCode: allowedCode(feature),
      encode: (value) => problemCode(encode(value)),
      readCode: (value) => problemCode(readCode(value)),
    };
  });
}

/** Values that are no numbers, and the codes of any; 0 and 1 may be given as false and true. */
function kindsOf(feature: Feature): readonly Kind[] {
  return [...ownKinds(feature), "integer", "number"];
}

function ownKinds(feature: Feature): readonly Kind[] {
  if (isNumeric(feature)) return [];
  if (!isCategorical(feature) || !(feature.type === "boolean" || isCodes(feature))) return ["text"];
  const isTruth = categoriesOf(feature).every(({ code }) => code === 0 || code === 1);
  return isTruth ? ["boolean"] : [];
}

/** Whether the values of a category are its codes. */
function isCodes(feature: Feature): boolean {
  return feature.type === "category" && typeof feature.values[0] === "number";
}

const problemCodes = {
  type: "feature.type",
  range: "feature.range",
  category: "feature.category",
} as const satisfies Record<EncodingProblem, ProblemCode>;

function problemCode(read: number | EncodingProblem): number | ProblemCode {
  return typeof read === "number" ? read : problemCodes[read];
}

function allowed(feature: Feature): string {
  switch (feature.type) {
    case "category":
      return `must be one of ${feature.values.join(", ")}`;
    case "boolean":
      return "must be true or false";
    case "text":
      return `must be text of 1 to ${feature.maxLength} characters`;
    case "date":
      return `must be a date from ${feature.min} to ${feature.max}`;
    case "timestamp":
      return `must be an ISO 8601 time from ${feature.min} to ${feature.max}`;
    case "float":
    case "integer": {
      const unit = feature.unit === undefined ? "" : ` (${feature.unit})`;
      return `must be ${feature.type === "integer" ? "a whole number" : "a number"} from ${feature.min} to ${feature.max}${unit}`;
    }
  }
}

function allowedCode(feature: Feature): string {
  switch (feature.type) {
    case "category":
      return isCodes(feature)
        ? allowed(feature)
        : `must be the position of its value in the list, from 0: ${feature.values.join(", ")}`;
    case "boolean":
      return "must be 0 or 1";
    case "text":
      return `must be a bucket from 0 to ${feature.buckets - 1}`;
    case "date":
    case "timestamp":
      return `must be the days since ${feature.min}, up to ${feature.max}`;
    case "float":
    case "integer":
      return allowed(feature);
  }
}

/** Rows of a request: row-major float64, NaN where an optional feature is missing. */
export interface Rows {
  readonly values: Float64Array;
  readonly count: number;
}
