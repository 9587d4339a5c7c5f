import type { Output, OutputName } from "../requests/inference";

/** Rows with their scores, labels and ids. */
export interface Predictions {
  readonly scores: Float32Array;
  readonly labels: readonly string[];
  readonly ids: readonly string[];
}

/** Start of an answer, up to its id. */
export function answerHead(model: string, version: string): string {
  return `{"model_name":${JSON.stringify(model)},"model_version":${JSON.stringify(version)},"id":`;
}

/**
 * An answer as JSON. It is put together as text, since all of its parts but the caller's id are
 * known to be harmless; that takes half the time of the serializer made from a schema.
 */
export function answerText(
  start: string,
  outputs: readonly Output[],
  predictions: Predictions,
): string {
  return `${start},"outputs":[${outputs.map(({ name }) => tensorText(name, predictions)).join(",")}]}`;
}

/** An answer of which some tensors are bytes behind the JSON (binary tensor data extension). */
export function answerBytes(
  start: string,
  outputs: readonly Output[],
  predictions: Predictions,
): { readonly json: Buffer; readonly bytes: readonly Buffer[] } {
  const bytes: Buffer[] = [];
  const tensors = outputs.map(({ name, binary }) => {
    if (!binary) return tensorText(name, predictions);
    const own = tensorBytes(name, predictions);
    bytes.push(own);
    return `${tensorStart(name, predictions)},"parameters":{"binary_data_size":${own.length}}}`;
  });
  return { json: Buffer.from(`${start},"outputs":[${tensors.join(",")}]}`), bytes };
}

function tensorText(name: OutputName, predictions: Predictions): string {
  return `${tensorStart(name, predictions)},"data":${dataText(name, predictions)}}`;
}

function tensorStart(name: OutputName, { scores }: Predictions): string {
  const datatype = name === "score" ? "FP32" : "BYTES";
  return `{"name":"${name}","datatype":"${datatype}","shape":[${scores.length}]`;
}

function dataText(name: OutputName, { scores, labels, ids }: Predictions): string {
  if (name === "score") return `[${scores.join(",")}]`;
  return name === "label" ? JSON.stringify(labels) : `["${ids.join('","')}"]`;
}

/** Elements in little-endian; a text follows its length in four bytes. */
export function tensorBytes(name: OutputName, { scores, labels, ids }: Predictions): Buffer {
  if (name === "score") {
    const bytes = Buffer.alloc(4 * scores.length);
    scores.forEach((score, i) => bytes.writeFloatLE(score, 4 * i));
    return bytes;
  }
  return Buffer.concat(
    (name === "label" ? labels : ids).flatMap((text) => {
      const content = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(content.length);
      return [length, content];
    }),
  );
}
