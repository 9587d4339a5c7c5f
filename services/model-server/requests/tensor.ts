import { elements, type TensorBytes } from "./binary";
import { checkKeys, isObject } from "./body";
import type { Column, Rows } from "./columns";
import { readParameters } from "./parameters";
import { refuseField } from "./problem";

/** How a tensor request is read. */
export interface TensorForm {
  readonly model: string;
  readonly version: string;
  /** Name of the input tensor that holds all columns. */
  readonly input: string;
  readonly columns: readonly Column[];
  /** Index of each column. */
  readonly positions: ReadonlyMap<unknown, number>;
  readonly maximumRows: number;
}

/** The form of a model's requests. */
export function tensorForm(given: Omit<TensorForm, "positions">): TensorForm {
  return { ...given, positions: new Map(given.columns.map(({ name }, i) => [name, i])) };
}

const datatype = "FP32";

/** Reads the one FP32 tensor of all columns, of shape [rows, columns]. Throws RequestProblem. */
export function readWhole(form: TensorForm, input: unknown, bytes: TensorBytes | undefined): Rows {
  const tensor = asTensor(input, 0);
  if (tensor["name"] !== form.input)
    throw refuseField(
      "tensor.name",
      "inputs[0].name",
      `must be ${form.input}, or there must be a tensor for each feature under its name`,
    );
  if (tensor["datatype"] !== datatype)
    throw refuseField("tensor.datatype", "inputs[0].datatype", `must be ${datatype}`);
  const count = rowsOf(form, tensor["shape"]);
  return { values: readData(form, dataOf(tensor, 0, bytes), count), count };
}

/** An input as an object with all that it needs, and nothing that is not known. */
export function asTensor(input: unknown, i: number): Readonly<Record<string, unknown>> {
  if (!isObject(input)) throw refuseField("field.type", `inputs[${i}]`, "must be a tensor");
  // A request may have hundreds of tensors: the names of keys are put together for a refusal only.
  if (!isTensor(input))
    checkKeys(input, `inputs[${i}].`, ["name", "shape", "datatype"], ["data", "parameters"]);
  return input;
}

function isTensor(input: Readonly<Record<string, unknown>>): boolean {
  let required = 0;
  for (const key of Object.keys(input)) {
    if (key === "name" || key === "shape" || key === "datatype") required += 1;
    else if (key !== "data" && key !== "parameters") return false;
  }
  return required === 3;
}

/** Elements of a tensor, from the JSON or from the bytes behind it. */
export function dataOf(
  { data, datatype: type, parameters }: Readonly<Record<string, unknown>>,
  i: number,
  bytes: TensorBytes | undefined,
): readonly unknown[] {
  if (parameters !== undefined && parameters !== null) {
    const given = readParameters(parameters, `inputs[${i}].parameters`, "input");
    const size = given?.["binary_data_size"];
    if (typeof size === "number") {
      const field = `inputs[${i}].parameters.binary_data_size`;
      if (data !== undefined) throw refuseField("field.value", field, "must not stand beside data");
      if (bytes === undefined)
        throw refuseField("field.value", field, "needs the header Inference-Header-Content-Length");
      return elements(bytes.take(size, field), type, field);
    }
  }
  if (data === undefined) throw refuseField("field.missing", `inputs[${i}].data`, "is missing");
  if (!Array.isArray(data))
    throw refuseField("field.type", `inputs[${i}].data`, "must be a list of numbers");
  return data;
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

function readData(form: TensorForm, data: readonly unknown[], count: number): Float64Array {
  const { columns } = form;
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

/** Code of a column in a row, NaN where it is missing and may be. */
export function readValue(column: Column, value: unknown, row: number): number {
  if (value === null || value === undefined) {
    if (column.optional) return NaN;
    throw refuseField(
      "feature.missing",
      `row ${row}, ${column.name}`,
      `is missing: it ${column.allowedCode}`,
      column.name,
    );
  }
  const read = column.readCode(value);
  if (typeof read === "number") return read;
  throw refuseField(read, `row ${row}, ${column.name}`, column.allowedCode, column.name);
}
