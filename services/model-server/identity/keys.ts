import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { InputError, type Problem } from "../../contract/problems";

/** Fewest bytes of a file of keys: no ring is shorter. */
export const minimumKeyBytes = 32;

/** Separates the uses of one secret; the same text as in `key_ring.py` of the training steps. */
const salt = "causeway model server";
const keyBytes = 32;
const linePattern = /^(k[1-9]\d{0,5}) (\S{32,})$/;

/**
 * What the server signs and hashes with under one version of the secret: two keys, so that neither
 * use can stand for the other.
 */
export interface KeyVersion {
  /** `k1`, `k2`, ... */
  readonly version: string;
  readonly subjects: Buffer;
  readonly predictions: Buffer;
}

/**
 * Keys of a model by version, the one in use first. The others only read: pseudonyms of theirs can
 * be found, prediction ids verified.
 */
export type Keys = readonly [KeyVersion, ...KeyVersion[]];

/**
 * Derives a model's keys (HKDF, RFC 5869) from a ring: lines `k<number> <secret>`, which all
 * servers and training steps share. The highest number is in use. Keys differ between models, so
 * that nobody can join two models' logs by their pseudonyms. Throws InputError, which never shows a
 * secret, for anything that is not such a ring.
 */
export function keysFrom(ring: Uint8Array, model: string): Keys {
  const lines = Buffer.from(ring)
    .toString("utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const found = lines.map((line) => linePattern.exec(line));
  const allowed = "a version of the key such as `k1 <32 or more characters>`, each once";
  const names = found.map((match) => match?.[1]);
  const problems = found.flatMap((match, i): Problem[] =>
    match && names.indexOf(match[1]) === i
      ? []
      : [{ key: `line ${i + 1}`, got: match ? match[1] : "something else", allowed }],
  );
  const versions = found
    .flatMap((match) => (match ? [derived(match[1] ?? "", match[2] ?? "", model)] : []))
    .sort((a, b) => Number(b.version.slice(1)) - Number(a.version.slice(1)));
  const [current, ...older] = versions;
  if (problems.length > 0 || current === undefined)
    throw new InputError(
      "the key file",
      current === undefined && problems.length === 0
        ? [{ key: "(whole input)", got: undefined, allowed }]
        : problems,
    );
  return [current, ...older];
}

/**
 * Keys that end with the process: pseudonyms do not match those of other replicas, and feedback
 * must reach this one.
 */
export function throwawayKeys(model: string): Keys {
  return keysFrom(Buffer.from(`k1 ${randomBytes(keyBytes).toString("hex")}`), model);
}

/**
 * Stands for a subject in logs: `k2.` and 32 hexadecimal digits. The same subject gives the same
 * text under one version, in whatever Unicode form it is written, and without the key nobody gets
 * from one to the other.
 */
export function pseudonym([{ version, subjects }]: Keys, subject: string): string {
  return `${version}.${createHmac("sha256", subjects).update(subject.normalize("NFC")).digest("hex").slice(0, 32)}`;
}

/** Every pseudonym that a subject ever had under the versions of the ring, that of today first. */
export function pseudonyms(keys: Keys, subject: string): string[] {
  return keys.map((key) => pseudonym([key], subject));
}

function derived(version: string, secret: string, model: string): KeyVersion {
  const derive = (use: string) =>
    Buffer.from(hkdfSync("sha256", secret, salt, `${use} ${model}`, keyBytes));
  return { version, subjects: derive("subjects"), predictions: derive("predictions") };
}
