import type { TensorBytes } from "./binary";
import type { Column, Rows } from "./columns";
import { datatypes, namesOf, type Datatype, type Kind } from "./datatypes";
import { refuseField } from "./problem";
import { asTensor, dataOf, readValue, type TensorForm } from "./tensor";

/**
 * Reads a tensor for each column, named as its feature, of shape [rows] or [rows, 1]. A tensor of an
 * optional feature may be left out. Throws RequestProblem.
 */
export function readColumns(
  form: TensorForm,
  inputs: readonly unknown[],
  bytes: TensorBytes | undefined,
): Rows {
  const { columns, positions, maximumRows } = form;
  if (inputs.length === 0 || inputs.length > columns.length)
    throw refuseField(
      "tensor.count",
      "inputs",
      `must hold one tensor ${form.input}, or one for each feature`,
    );
  const width = columns.length;
  let rows = 0;
  let values = new Float64Array();
  const there = new Uint8Array(width);
  inputs.forEach((input, i) => {
    const tensor = asTensor(input, i);
    const at = positions.get(tensor["name"]);
    const column = columns[at ?? -1];
    if (at === undefined || column === undefined)
      throw refuseField("tensor.name", `inputs[${i}].name`, "must be the name of a feature");
    if (there[at] === 1)
      throw refuseField(
        "tensor.name",
        `inputs[${i}].name`,
        "must not be that of an earlier tensor",
      );
    there[at] = 1;
    const count = rowsOf(tensor["shape"], i, maximumRows);
    if (i === 0) {
      rows = count;
      values = new Float64Array(rows * width).fill(NaN);
    } else if (count !== rows)
      throw refuseField(
        "tensor.shape",
        `inputs[${i}].shape`,
        `must have ${rows} rows, as inputs[0]`,
      );
    const datatype = datatypeOf(column, tensor["datatype"], i);
    const data = flat(dataOf(tensor, i, bytes), count, i);
    for (let row = 0; row < count; row += 1)
      values[row * width + at] = readElement(column, datatype, data[row], row);
  });
  refuseMissing(columns, there);
  return { values, count: rows };
}

function refuseMissing(columns: readonly Column[], there: Uint8Array): void {
  columns.forEach((column, at) => {
    if (there[at] === 0 && !column.optional)
      throw refuseField(
        "feature.missing",
        `the tensor ${column.name}`,
        `is missing: it ${column.allowed}`,
        column.name,
      );
  });
}

function rowsOf(shape: unknown, i: number, maximumRows: number): number {
  const [rows, one = 1]: unknown[] = Array.isArray(shape) && shape.length <= 2 ? shape : [];
  if (typeof rows !== "number" || !Number.isInteger(rows) || rows < 1 || one !== 1)
    throw refuseField(
      "tensor.shape",
      `inputs[${i}].shape`,
      "must be [rows] or [rows, 1], with at least one row",
    );
  if (rows > maximumRows)
    throw refuseField("tensor.rows", `inputs[${i}].shape`, `must have at most ${maximumRows} rows`);
  return rows;
}

function datatypeOf({ name, kinds }: Column, given: unknown, i: number): Datatype {
  const datatype = datatypes.get(given);
  if (datatype === undefined || !kinds.includes(datatype.kind))
    throw refuseField(
      "tensor.datatype",
      `inputs[${i}].datatype`,
      `must be one that ${name} can have: ${namesOf(kinds)}`,
    );
  return datatype;
}

/** Data of one column as a flat list; [rows, 1] may be written as a list of lists of one. */
function flat(data: readonly unknown[], count: number, i: number): readonly unknown[] {
  if (data.length !== count)
    throw refuseField(
      "tensor.size",
      `inputs[${i}].data`,
      `must hold ${count} values, as the shape says`,
    );
  if (!Array.isArray(data[0])) return data;
  return data.map((row: unknown, at): unknown => {
    if (!Array.isArray(row) || row.length !== 1)
      throw refuseField("tensor.size", `inputs[${i}].data[${at}]`, "must be a row of one value");
    return row[0];
  });
}

function readElement(column: Column, { kind }: Datatype, value: unknown, row: number): number {
  if (value === null) return readValue(column, value, row);
  if (!fits(kind, value))
    throw refuseField(
      "feature.type",
      `row ${row}, ${column.name}`,
      `must be of the tensor's datatype: it ${column.allowed}`,
      column.name,
    );
  if (kind !== "text") return readValue(column, kind === "boolean" ? Number(value) : value, row);
  const read = column.encode(value);
  if (typeof read === "number") return read;
  throw refuseField(read, `row ${row}, ${column.name}`, column.allowed, column.name);
}

function fits(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string";
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
  }
}
