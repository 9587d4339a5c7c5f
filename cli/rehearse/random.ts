import { createHash } from "node:crypto";

/** Numbers in [0, 1) that depend on nothing but the seed's text, by its SHA-256. */
export function randomFrom(seed: string): () => number {
  return mulberry32(createHash("sha256").update(seed).digest().readUInt32LE(0));
}

/** Numbers in [0, 1) that depend on nothing but the seed, of which 32 bits count. */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number in [0, 1) that depends on the text alone. */
export function fractionOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}
