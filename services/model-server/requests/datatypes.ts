/** What the elements of a datatype are. */
export type Kind = "boolean" | "integer" | "number" | "text";

/** A datatype of the Open Inference Protocol. */
export interface Datatype {
  readonly kind: Kind;
  /** Bytes of an element. @default they differ */
  readonly size?: number;
  /** Element at an offset of a binary tensor, little-endian, where all have one size. */
  readonly read?: (bytes: Buffer, at: number) => number | boolean;
}

const number = (size: number, read: Datatype["read"]): Datatype => ({ kind: "number", size, read });
const integer = (size: number, read: Datatype["read"]): Datatype => ({
  kind: "integer",
  size,
  read,
});

/** Every datatype that a tensor may have, by its name. */
export const datatypes: ReadonlyMap<unknown, Datatype> = new Map<string, Datatype>([
  ["BOOL", { kind: "boolean", size: 1, read: (bytes, at) => bytes[at] !== 0 }],
  ["INT8", integer(1, (bytes, at) => bytes.readInt8(at))],
  ["INT16", integer(2, (bytes, at) => bytes.readInt16LE(at))],
  ["INT32", integer(4, (bytes, at) => bytes.readInt32LE(at))],
  ["INT64", integer(8, (bytes, at) => Number(bytes.readBigInt64LE(at)))],
  ["UINT8", integer(1, (bytes, at) => bytes.readUInt8(at))],
  ["UINT16", integer(2, (bytes, at) => bytes.readUInt16LE(at))],
  ["UINT32", integer(4, (bytes, at) => bytes.readUInt32LE(at))],
  ["UINT64", integer(8, (bytes, at) => Number(bytes.readBigUInt64LE(at)))],
  ["FP16", number(2, (bytes, at) => halfPrecision(bytes.readUInt16LE(at)))],
  ["FP32", number(4, (bytes, at) => bytes.readFloatLE(at))],
  ["FP64", number(8, (bytes, at) => bytes.readDoubleLE(at))],
  ["BYTES", { kind: "text" }],
]);

/** Names of the datatypes of some kinds, for a message. */
export function namesOf(kinds: readonly Kind[]): string {
  return [...datatypes]
    .filter(([, { kind }]) => kinds.includes(kind))
    .map(([name]) => String(name))
    .join(", ");
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
function halfPrecision(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1_024) * 2 ** (exponent - 15);
}
