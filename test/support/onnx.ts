/** Messages of protobuf, written field by field, as an attacker writes what no library would. */

/** One field: its number, and a number as a varint, or what has a length before it. */
export type Field = readonly [number: number, value: number | string | Uint8Array];

/** A message of these fields, in this order. */
export function message(...fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === "number") return Buffer.concat([varint(number << 3), varint(value)]);
      const bytes = Buffer.from(value);
      return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
    }),
  );
}

export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

/** A TensorProto of float32 whose values are in a file; its offset is 0. */
export function externalTensor(name: string, dims: readonly number[], file: string): Uint8Array {
  const entry = (key: string, value: string) => message([1, key], [2, value]);
  return message(
    ...dims.map((dim): Field => [1, dim]),
    [2, 1],
    [8, name],
    [13, entry("location", file)],
    [14, 1],
  );
}

/** A GraphProto: `score` is the sigmoid of `features` times the tensor `weights`. */
export function logisticGraph(features: number, weights: Uint8Array): Uint8Array {
  const node = (type: string, inputs: readonly string[], output: string) =>
    message(...inputs.map((input): Field => [1, input]), [2, output], [4, type]);
  return message(
    [1, node("MatMul", ["features", "weights"], "raw")],
    [1, node("Sigmoid", ["raw"], "score")],
    [2, "logistic"],
    [5, weights],
    [11, matrix("features", features)],
    [12, matrix("score", 1)],
  );
}

/** A ValueInfoProto of float32 [rows, columns]. */
function matrix(name: string, columns: number): Uint8Array {
  const shape = message([1, message([2, "rows"])], [1, message([1, columns])]);
  return message([1, name], [2, message([1, message([1, 1], [2, shape])])]);
}

/** A ModelProto of IR version 8 over a graph, and further fields. */
export function modelOf(graph: Uint8Array, ...more: readonly Field[]): Uint8Array {
  return message([1, 8], [7, graph], [8, message([2, 13])], ...more);
}
