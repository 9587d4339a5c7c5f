import { isUtf8 } from "node:buffer";
import { elements } from "../requests/binary";
import { isObject } from "../requests/body";
import { refuseField } from "../requests/problem";
import type { Output } from "../requests/inference";
import { tensorBytes, type Predictions } from "../routes/tensors";

/** Where the elements of a datatype stand in a message. */
const contentsOf: Readonly<Record<string, string>> = {
  BOOL: "bool_contents",
  INT8: "int_contents",
  INT16: "int_contents",
  INT32: "int_contents",
  INT64: "int64_contents",
  UINT8: "uint_contents",
  UINT16: "uint_contents",
  UINT32: "uint_contents",
  UINT64: "uint64_contents",
  FP32: "fp32_contents",
  FP64: "fp64_contents",
  BYTES: "bytes_contents",
};

/** A ModelInferRequest in the form of a JSON request, so that both are judged alike. */
export interface Inference {
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether its tensors came as raw bytes; its answer then does too. */
  readonly raw: boolean;
}

/**
 * Throws RequestProblem where tensors come in both forms. NaN stands for a missing value, as in
 * bytes behind JSON.
 */
export function inferenceIn(message: unknown): Inference {
  const given = isObject(message) ? message : {};
  const inputs = listOf(given["inputs"]);
  const raw = listOf(given["raw_input_contents"]);
  if (raw.length > 0 && raw.length !== inputs.length)
    throw refuseField("tensor.count", "raw_input_contents", "must have bytes for each input");
  return {
    body: {
      inputs: inputs.map((tensor, i) => inputOf(tensor, raw[i], i)),
      ...(given["id"] !== "" && { id: given["id"] }),
      ...(listOf(given["outputs"]).length > 0 && {
        outputs: listOf(given["outputs"]).map((output) => ({
          ...(isObject(output) && { name: output["name"], ...parametersOf(output["parameters"]) }),
        })),
      }),
      ...parametersOf(given["parameters"]),
    },
    raw: raw.length > 0,
  };
}

function inputOf(tensor: unknown, raw: unknown, i: number): Readonly<Record<string, unknown>> {
  const { name, datatype, shape, contents, parameters } = isObject(tensor) ? tensor : {};
  const written = isObject(contents) ? contents : {};
  const where = `inputs[${i}].contents`;
  const used = Object.keys(written).filter((key) => listOf(written[key]).length > 0);
  const own = contentsOf[typeof datatype === "string" ? datatype : ""];
  if (used.some((key) => raw !== undefined || key !== own))
    throw refuseField(
      "tensor.datatype",
      where,
      raw === undefined
        ? `must be those of the datatype${own === undefined ? ", which has none" : `: ${own}`}`
        : "must be empty beside raw_input_contents",
    );
  const data = Buffer.isBuffer(raw)
    ? elements(raw, datatype, `raw_input_contents[${i}]`)
    : listOf(written[own ?? ""]).map((value) => elementOf(value, where));
  return { name, datatype, shape, data, ...parametersOf(parameters, raw) };
}

function elementOf(value: unknown, where: string): unknown {
  if (!Buffer.isBuffer(value)) return Number.isNaN(value) ? null : value;
  if (!isUtf8(value)) throw refuseField("body.utf8", where, "must be elements of UTF-8");
  return value.toString("utf8");
}

/**
 * Parameters by name, each the one value that it has; none at all as in JSON. KServe's client says
 * the size of raw bytes in one as well.
 */
function parametersOf(given: unknown, raw?: unknown): object {
  const entries = Object.entries(isObject(given) ? given : {})
    .map(([name, one]): [string, unknown] => {
      const choice = isObject(one) ? one["parameter_choice"] : undefined;
      return [name, isObject(one) && typeof choice === "string" ? one[choice] : undefined];
    })
    .filter(
      ([name, value]) =>
        !(name === "binary_data_size" && Buffer.isBuffer(raw) && value === raw.length),
    );
  return entries.length === 0 ? {} : { parameters: Object.fromEntries(entries) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Tensors of a ModelInferResponse. */
export function outputsOf(outputs: readonly Output[], found: Predictions, raw: boolean): object {
  const tensors = outputs.map(({ name }) => ({
    name,
    datatype: name === "score" ? "FP32" : "BYTES",
    shape: [found.scores.length],
    ...(!raw && { contents: contentsFor(name, found) }),
  }));
  return {
    outputs: tensors,
    ...(raw && { raw_output_contents: outputs.map(({ name }) => tensorBytes(name, found)) }),
  };
}

function contentsFor(name: Output["name"], { scores, labels, ids }: Predictions): object {
  if (name === "score") return { fp32_contents: [...scores] };
  const texts = name === "label" ? labels : ids;
  return { bytes_contents: texts.map((text) => Buffer.from(text)) };
}
