import { checkKeys, isObject, objectWith } from "./body";
import type { Column, Rows } from "./columns";
import { refuseField } from "./problem";

/** Names of the output tensors, in the order of an answer without a choice. */
export const outputNames = ["score", "label", "prediction_id"] as const;
export type OutputName = (typeof outputNames)[number];

/** An inference request of the Open Inference Protocol v2. */
export interface TensorRequest {
  readonly rows: Rows;
  /** The caller's own id, to be given back. */
  readonly id: string | undefined;
  readonly outputs: readonly OutputName[];
}

/** How a tensor request is read. */
export interface TensorForm {
  /** Name of the input tensor. */
  readonly input: string;
  readonly columns: readonly Column[];
  readonly maximumRows: number;
}

const datatype = "FP32";
const callerId = /^[\x21-\x7e]{1,128}$/;

/**
 * Reads `{ "inputs": [{ "name", "shape", "datatype": "FP32", "data" }], "id"?, "outputs"?,
 * "parameters"? }`. Throws RequestProblem.
 */
export function readTensor(form: TensorForm, body: unknown): TensorRequest {
  const { inputs, id, outputs, parameters } = objectWith(
    body,
    ["inputs"],
    ["id", "outputs", "parameters"],
  );
  if (id !== undefined && (typeof id !== "string" || !callerId.test(id)))
    throw refuseField(
      "field.value",
      "id",
      "must be text of 1 to 128 printable characters without spaces",
    );
  noParameters(parameters, "parameters");
  if (!Array.isArray(inputs))
    throw refuseField("field.type", "inputs", "must be a list of tensors");
  if (inputs.length !== 1)
    throw refuseField("tensor.count", "inputs", `must hold exactly one tensor, ${form.input}`);
  return { rows: readInput(form, inputs[0]), id, outputs: readOutputs(outputs) };
}

function readInput(form: TensorForm, input: unknown): Rows {
  const where = "inputs[0]";
  if (!isObject(input)) throw refuseField("field.type", where, "must be a tensor");
  checkKeys(input, `${where}.`, ["name", "shape", "datatype", "data"], ["parameters"]);
  noParameters(input["parameters"], `${where}.parameters`);
  if (input["name"] !== form.input)
    throw refuseField("tensor.name", `${where}.name`, `must be ${form.input}`);
  if (input["datatype"] !== datatype)
    throw refuseField("tensor.datatype", `${where}.datatype`, `must be ${datatype}`);
  const count = rowsOf(form, input["shape"]);
  return { values: readData(form, input["data"], count), count };
}

function rowsOf({ columns, maximumRows }: TensorForm, shape: unknown): number {
  const [rows, width]: unknown[] = Array.isArray(shape) && shape.length === 2 ? shape : [];
  if (typeof rows !== "number" || !Number.isInteger(rows) || rows < 1 || width !== columns.length)
    throw refuseField(
      "tensor.shape",
      "inputs[0].shape",
      `must be [rows, ${columns.length}] with at least one row`,
    );
  if (rows > maximumRows)
    throw refuseField("tensor.rows", "inputs[0].shape", `must have at most ${maximumRows} rows`);
  return rows;
}

function readData(form: TensorForm, data: unknown, count: number): Float64Array {
  const { columns } = form;
  if (!Array.isArray(data))
    throw refuseField("field.type", "inputs[0].data", "must be a list of numbers");
  const flat: readonly unknown[] = Array.isArray(data[0]) ? flattened(data, columns.length) : data;
  if (flat.length !== count * columns.length)
    throw refuseField(
      "tensor.size",
      "inputs[0].data",
      `must hold ${count * columns.length} values, as the shape says`,
    );
  const values = new Float64Array(flat.length);
  let at = 0;
  for (let row = 0; row < count; row += 1) {
    for (const column of columns) {
      values[at] = readValue(column, flat[at], row);
      at += 1;
    }
  }
  return values;
}

/**
 * Data as a list of rows, which the protocol allows beside the flat form; no deeper, whatever the
 * caller nests.
 */
function flattened(data: readonly unknown[], width: number): unknown[] {
  return data.flatMap((row, i): unknown[] => {
    if (!Array.isArray(row) || row.length !== width)
      throw refuseField("tensor.size", `inputs[0].data[${i}]`, `must be a row of ${width} values`);
    return row;
  });
}

function readValue(column: Column, value: unknown, row: number): number {
  if (value === null || value === undefined) {
    if (column.optional) return NaN;
    throw refuseField(
      "feature.missing",
      `row ${row}, ${column.name}`,
      `is missing: it ${column.allowed}`,
      column.name,
    );
  }
  const code = column.check(value);
  if (code !== undefined || typeof value !== "number")
    throw refuseField(
      code ?? "feature.type",
      `row ${row}, ${column.name}`,
      column.allowed,
      column.name,
    );
  return value;
}

function readOutputs(outputs: unknown): readonly OutputName[] {
  if (outputs === undefined) return outputNames;
  if (!Array.isArray(outputs) || outputs.length === 0 || outputs.length > outputNames.length)
    throw refuseField(
      "field.type",
      "outputs",
      `must be a list of 1 to ${outputNames.length} output tensors`,
    );
  return outputs.map((output: unknown, i) => {
    if (!isObject(output))
      throw refuseField("field.type", `outputs[${i}]`, "must be an object with a name");
    checkKeys(output, `outputs[${i}].`, ["name"], ["parameters"]);
    noParameters(output["parameters"], `outputs[${i}].parameters`);
    const name = outputNames.find((known) => known === output["name"]);
    if (name === undefined)
      throw refuseField(
        "output.unknown",
        `outputs[${i}].name`,
        `must be one of ${outputNames.join(", ")}`,
      );
    return name;
  });
}

/**
 * The protocol lets servers define parameters; this one has none, and a parameter that does nothing
 * would mislead.
 */
function noParameters(parameters: unknown, field: string): void {
  if (parameters === undefined) return;
  if (!isObject(parameters)) throw refuseField("field.type", field, "must be an object");
  if (Object.keys(parameters).length > 0)
    throw refuseField("field.unknown", field, "must be empty: this server takes none");
}
