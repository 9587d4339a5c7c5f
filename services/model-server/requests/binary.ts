import { isUtf8 } from "node:buffer";
import { datatypes } from "./datatypes";
import { refuseField, RequestProblem } from "./problem";

/** Header of the binary tensor data extension: bytes of the JSON part, before the tensors. */
export const headerLength = "inference-header-content-length";

/** A body of JSON with the bytes of tensors behind it, in the order of the inputs. */
export class FramedBody {
  constructor(
    readonly json: unknown,
    readonly tensors: TensorBytes,
  ) {}
}

/** Splits a body. Throws RequestProblem for a length that is none. */
export function split(body: Buffer, length: unknown): readonly [json: Buffer, tensors: Buffer] {
  const end = typeof length === "string" && /^\d{1,9}$/.test(length) ? Number(length) : NaN;
  if (!(end >= 0 && end <= body.length))
    throw new RequestProblem(
      "request.malformed",
      "Inference-Header-Content-Length must be a number of bytes, and no more than the body has",
    );
  return [body.subarray(0, end), body.subarray(end)];
}

/** Bytes of tensors, taken one after the other. */
export class TensorBytes {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  take(size: number, field: string): Buffer {
    const to = this.#at + size;
    if (to > this.bytes.length)
      throw refuseField("tensor.size", field, "must be no more than the bytes behind the JSON");
    const taken = this.bytes.subarray(this.#at, to);
    this.#at = to;
    return taken;
  }

  /** Refuses bytes that belong to no tensor. */
  end(): void {
    if (this.#at < this.bytes.length)
      throw refuseField(
        "tensor.size",
        "the body",
        "must end with the bytes of its tensors, as binary_data_size says",
      );
  }
}

/**
 * Elements of a binary tensor; null where a floating-point one is NaN, which is how such a tensor
 * says that a value is missing.
 */
export function elements(bytes: Buffer, datatype: unknown, field: string): unknown[] {
  const { kind, size, read } = datatypes.get(datatype) ?? {};
  if (kind === "text") return texts(bytes, field);
  if (size === undefined || read === undefined)
    throw refuseField("tensor.datatype", field, "must be one with elements of one size");
  if (bytes.length % size !== 0)
    throw refuseField("tensor.size", field, `must be a multiple of ${size} bytes`);
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const value = read(bytes, i * size);
    return Number.isNaN(value) ? null : value;
  });
}

/** Elements of BYTES: each its length in four bytes, little-endian, then so many bytes of UTF-8. */
function texts(bytes: Buffer, field: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const from = at + 4;
    const to = from <= bytes.length ? from + bytes.readUInt32LE(at) : Infinity;
    if (to > bytes.length)
      throw refuseField("tensor.size", field, "must be elements of BYTES, each with its length");
    const text = bytes.subarray(from, to);
    if (!isUtf8(text)) throw refuseField("body.utf8", field, "must be elements of UTF-8");
    found.push(text.toString("utf8"));
    at = to;
  }
  return found;
}
