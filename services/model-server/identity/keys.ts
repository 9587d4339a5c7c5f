import { createHmac, hkdfSync, randomBytes } from "node:crypto";

/** Fewest bytes of a key. */
export const minimumKeyBytes = 32;

/** What the server signs and hashes with: two keys from one secret, so that neither use can stand for the other. */
export interface Keys {
  readonly subjects: Buffer;
  readonly predictions: Buffer;
}

/** Derives the keys (HKDF, RFC 5869) from the secret that all replicas share. */
export function keysFrom(secret: Uint8Array): Keys {
  const derive = (use: string) => Buffer.from(hkdfSync("sha256", secret, "causeway model server", use, 32));
  return { subjects: derive("subjects"), predictions: derive("predictions") };
}

/** Keys that end with the process: pseudonyms do not match those of other replicas, and feedback must reach this one. */
export function throwawayKeys(): Keys {
  return keysFrom(randomBytes(minimumKeyBytes));
}

/** Stands for a subject in logs: the same subject gives the same text, and without the key nobody gets from one to the other. */
export function pseudonym(keys: Keys, subject: string): string {
  return createHmac("sha256", keys.subjects).update(subject).digest("hex").slice(0, 32);
}
