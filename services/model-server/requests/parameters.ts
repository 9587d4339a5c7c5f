import { isObject, shortened } from "./body";
import { refuseField } from "./problem";

interface Parameter {
  readonly allowed: string;
  readonly is: (value: unknown) => boolean;
}

const truth: Parameter = { allowed: "true or false", is: (value) => typeof value === "boolean" };

/** A codec of MLServer; it says how the caller's side reads a tensor, and changes nothing here. */
const codec = (...names: readonly string[]): Parameter => ({
  allowed: names.join(" or "),
  is: (value) => typeof value === "string" && names.includes(value),
});

/** Parameters that ask for what this server does, by where they stand. */
const known = {
  request: { binary_data_output: truth, content_type: codec("np", "pd") },
  input: {
    binary_data_size: {
      allowed: "a number of bytes",
      is: (value) => typeof value === "number" && Number.isInteger(value) && value >= 0,
    },
    content_type: codec("np"),
  },
  output: { binary_data: truth, content_type: codec("np", "str") },
} as const satisfies Record<string, Record<string, Parameter>>;

/**
 * The parameters of a part of the request, undefined where there are none. One that does nothing
 * would mislead, so others are refused.
 */
export function readParameters(
  parameters: unknown,
  field: string,
  of: keyof typeof known,
): Readonly<Record<string, unknown>> | undefined {
  if (parameters === undefined || parameters === null) return undefined;
  if (!isObject(parameters)) throw refuseField("field.type", field, "must be an object");
  const parameterOf = new Map<string, Parameter>(Object.entries(known[of]));
  for (const [name, value] of Object.entries(parameters)) {
    const parameter = parameterOf.get(name);
    if (parameter === undefined)
      throw refuseField(
        "field.unknown",
        `${field}.${shortened(name)}`,
        `is not a parameter of this server; allowed: ${[...parameterOf.keys()].join(", ")}`,
      );
    if (!parameter.is(value))
      throw refuseField("field.value", `${field}.${name}`, `must be ${parameter.allowed}`);
  }
  return parameters;
}
