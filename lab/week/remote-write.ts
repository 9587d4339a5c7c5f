import type { Series } from "./series";

/**
 * Bits of the value with which Prometheus marks that a series has ended (`value.StaleNaN` in its
 * sources).
 */
const staleBits = 0x7ff0000000000002n;

/** Stands for that value among numbers; no rule results in it. */
export const stale = -1.7976931348623157e308;

/**
 * A Prometheus remote-write 1.0 request, compressed as Snappy allows at its simplest: one literal.
 * Protocol buffers: WriteRequest { repeated TimeSeries 1 }, TimeSeries { repeated Label 1, repeated
 * Sample 2 }, Label { name 1, value 2 }, Sample { double value 1, int64 timestamp 2 }.
 */
export function writeRequest(series: readonly Series[]): Buffer {
  const parts = series.flatMap((one) => {
    const body = timeSeries(one);
    return [field(1, body.length), body];
  });
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const literal = Buffer.alloc(5);
  literal.writeUInt8(0xfc, 0);
  literal.writeUInt32LE(length - 1, 1);
  return Buffer.concat([varint(length), literal, ...parts]);
}

function timeSeries({ labels, times, values }: Series): Buffer {
  const names = Object.keys(labels).sort();
  const heads = names.flatMap((name) => {
    const [key, value] = [Buffer.from(name), Buffer.from(labels[name] ?? "")];
    const [keyField, valueField] = [field(1, key.length), field(2, value.length)];
    return [
      field(1, keyField.length + key.length + valueField.length + value.length),
      keyField,
      key,
      valueField,
      value,
    ];
  });
  return Buffer.concat([...heads, samples(times, values)]);
}

/** Times of this century take six bytes, so that each sample has the same length. */
const sampleBytes = 16;

function samples(times: readonly number[], values: readonly number[]): Buffer {
  const all = Buffer.alloc(times.length * (2 + sampleBytes));
  let at = 0;
  times.forEach((time, i) => {
    at = all.writeUInt8((2 << 3) | 2, at);
    at = all.writeUInt8(sampleBytes, at);
    at = all.writeUInt8((1 << 3) | 1, at);
    const value = values[i] ?? NaN;
    at = value === stale ? all.writeBigUInt64LE(staleBits, at) : all.writeDoubleLE(value, at);
    at = all.writeUInt8(2 << 3, at);
    let rest = time;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80))
      at = all.writeUInt8((rest % 0x80) | 0x80, at);
    at = all.writeUInt8(rest, at);
  });
  if (at !== all.length)
    throw new RangeError(
      `times of samples: got ${times[0]} to ${times[times.length - 1]}, allowed: milliseconds since the epoch that take six bytes`,
    );
  return all;
}

/** Tag and length of a field that holds bytes. */
function field(number: number, length: number): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(length)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
