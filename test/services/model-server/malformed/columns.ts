import type { InjectOptions } from "fastify";
import { goodFeatures, goodRow, paths } from "../support/server";
import { post, type Malformed } from "./request";

/** A tensor for each feature, of one row, with changes to some; undefined leaves one out. */
export function columnTensors(
  changes: Record<string, Record<string, unknown> | undefined> = {},
  rows = 1,
) {
  const entries = Object.entries(goodFeatures).filter(
    ([name]) => !(name in changes) || changes[name] !== undefined,
  );
  return {
    inputs: entries.map(([name, value]) => ({
      name,
      shape: [rows],
      datatype: Number.isInteger(value) ? "INT32" : "FP64",
      data: Array<unknown>(rows).fill(value),
      ...changes[name],
    })),
  };
}

/** A request with bytes behind its JSON. */
export function framed(
  json: unknown,
  bytes: Buffer,
  more: Record<string, string> = {},
): InjectOptions {
  const head = Buffer.from(JSON.stringify(json));
  return {
    method: "POST",
    url: paths.infer,
    headers: { "inference-header-content-length": String(head.length), ...more },
    payload: Buffer.concat([head, bytes]),
  };
}

export const binaryTensor = (size: number, datatype = "FP32", shape = [1, 16]) => ({
  inputs: [{ name: "features", shape, datatype, parameters: { binary_data_size: size } }],
});
export const goodBytes = Buffer.from(Float32Array.from(goodRow).buffer);

const infer = (changes: Record<string, Record<string, unknown> | undefined>) =>
  post(paths.infer, columnTensors(changes));

/** A tensor for each column, and tensors as bytes. */
export const columns: readonly Malformed[] = [
  [
    "no tensor of a required feature",
    infer({ obrat: undefined }),
    422,
    "feature.missing",
    "the tensor obrat is missing: it must be a number from 0 to 100 (percent of income)",
  ],
  [
    "a tensor that is no feature",
    infer({ obrat: { name: "race" } }),
    400,
    "tensor.name",
    "inputs[2].name must be the name of a feature",
  ],
  [
    "__proto__ as the name of a tensor",
    infer({ obrat: { name: "__proto__" } }),
    400,
    "tensor.name",
    "inputs[2].name must be the name of a feature",
  ],
  [
    "two tensors of one feature",
    infer({ obrat: { name: "loanprc" } }),
    400,
    "tensor.name",
    "inputs[2].name must not be that of an earlier tensor",
  ],
  [
    "tensors of different lengths",
    infer({ obrat: { shape: [2], data: [33, 33] } }),
    400,
    "tensor.shape",
    "inputs[2].shape must have 1 rows, as inputs[0]",
  ],
  [
    "a column of two dimensions",
    infer({ obrat: { shape: [1, 2], data: [33, 33] } }),
    400,
    "tensor.shape",
    "inputs[2].shape must be [rows] or [rows, 1], with at least one row",
  ],
  [
    "a column of more rows than fit",
    infer({ loanamt: { shape: [257] } }),
    413,
    "tensor.rows",
    "inputs[0].shape must have at most 256 rows",
  ],
  [
    "a column with more values than rows",
    infer({ obrat: { data: [33, 34] } }),
    400,
    "tensor.size",
    "inputs[2].data must hold 1 values, as the shape says",
  ],
  [
    "a column of lists of two",
    infer({ obrat: { data: [[33, 34]] } }),
    400,
    "tensor.size",
    "inputs[2].data[0] must be a row of one value",
  ],
  [
    "text for a number",
    infer({ obrat: { datatype: "BYTES", data: ["33"] } }),
    400,
    "tensor.datatype",
    "inputs[2].datatype must be one that obrat can have: INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FP16, FP32, FP64",
  ],
  [
    "a truth for a number",
    infer({ obrat: { datatype: "BOOL", data: [true] } }),
    400,
    "tensor.datatype",
    "inputs[2].datatype must be one that obrat can have: INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FP16, FP32, FP64",
  ],
  [
    "half a number in a tensor of integers",
    infer({ obrat: { datatype: "INT32", data: [33.5] } }),
    422,
    "feature.type",
    "row 0, obrat must be of the tensor's datatype: it must be a number from 0 to 100 (percent of income)",
  ],
  [
    "a number in a tensor of truths",
    infer({ self: { datatype: "BOOL", data: [1] } }),
    422,
    "feature.type",
    "row 0, self must be of the tensor's datatype: it must be one of 0, 1",
  ],
  [
    "a value out of range in a column",
    infer({ obrat: { datatype: "FP32", data: [101] } }),
    422,
    "feature.range",
    "row 0, obrat must be a number from 0 to 100 (percent of income)",
  ],
  [
    "null for a required feature in a column",
    infer({ obrat: { data: [null] } }),
    422,
    "feature.missing",
    "row 0, obrat is missing: it must be a number from 0 to 100 (percent of income)",
  ],
  [
    "fewer bytes than the JSON says",
    framed(binaryTensor(64), goodBytes.subarray(4)),
    400,
    "tensor.size",
    "inputs[0].parameters.binary_data_size must be no more than the bytes behind the JSON",
  ],
  [
    "more bytes than the tensors have",
    framed(binaryTensor(64), Buffer.concat([goodBytes, Buffer.alloc(1)])),
    400,
    "tensor.size",
    "the body must end with the bytes of its tensors, as binary_data_size says",
  ],
  [
    "bytes that are no whole element",
    framed(binaryTensor(63), goodBytes.subarray(1)),
    400,
    "tensor.size",
    "inputs[0].parameters.binary_data_size must be a multiple of 4 bytes",
  ],
  [
    "bytes beside data",
    framed({ inputs: [{ ...binaryTensor(64).inputs[0], data: goodRow }] }, goodBytes),
    400,
    "field.value",
    "inputs[0].parameters.binary_data_size must not stand beside data",
  ],
  [
    "NaN in the bytes of a required feature",
    framed(binaryTensor(64), Buffer.from(new Float32Array(16).fill(NaN).buffer)),
    422,
    "feature.missing",
    "row 0, loanamt is missing: it must be a number from 1 to 2000 (thousand dollars)",
  ],
  [
    "infinity in the bytes",
    framed(binaryTensor(64), Buffer.from(new Float32Array(16).fill(Infinity).buffer)),
    422,
    "feature.range",
    "row 0, loanamt must be a number from 1 to 2000 (thousand dollars)",
  ],
  ...["-1", "1e3", "999999", ""].map((length): Malformed => [
    `a length of ${JSON.stringify(length)} of the JSON before the bytes`,
    framed(binaryTensor(64), goodBytes, { "inference-header-content-length": length }),
    400,
    "request.malformed",
    "Inference-Header-Content-Length must be a number of bytes, and no more than the body has",
  ]),
  [
    "JSON that the length cuts",
    framed(binaryTensor(64), goodBytes, { "inference-header-content-length": "9" }),
    400,
    "body.json",
    "the body must be JSON with each key once, and not deep",
  ],
  [
    "bytes without the length of the JSON",
    {
      ...post(paths.infer, goodBytes),
      headers: { "content-type": "application/octet-stream" },
    },
    415,
    "body.media-type",
    "the body must be application/json, or have Inference-Header-Content-Length",
  ],
  [
    "bytes of tensors to another operation",
    { ...framed(binaryTensor(64), goodBytes), url: paths.predict },
    415,
    "body.media-type",
    "only infer takes bytes of tensors behind JSON",
  ],
  [
    "an unknown key to the index",
    post("/v2/repository/index", { load: true }),
    400,
    "field.unknown",
    "load is not a field of this request; allowed: ready",
  ],
];
