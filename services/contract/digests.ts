import { createHash } from "node:crypto";
import { z } from "zod";

/** A content digest as a regular expression, for whoever writes a longer one. */
export const digestPattern = "sha256:[0-9a-f]{64}";
const wholeDigest = new RegExp(`^${digestPattern}$`);
const digestAtEnd = new RegExp(`@${digestPattern}$`);

/** A content digest, `sha256:` and 64 hexadecimal digits. */
export const digest = z
  .string({ error: "a digest: sha256: and 64 hexadecimal digits" })
  .regex(wholeDigest, "a digest: sha256: and 64 hexadecimal digits")
  .describe("a digest: sha256: and 64 hexadecimal digits");

/** The reference of an image that names it by digest: `name@sha256:...`. */
export const imageByDigest = z
  .string()
  .regex(digestAtEnd, "an image by digest: name@sha256: and 64 hexadecimal digits");

/** A SHA-256 without a prefix; `words` say of what, in a message. */
export function hashSchema(words: string) {
  return z.string({ error: words }).regex(/^[0-9a-f]{64}$/, words);
}

/** Whether a text is a content digest. */
export function isDigest(text: string): boolean {
  return wholeDigest.test(text);
}

/** The digest in the reference of an image; undefined where it names a tag alone. */
export function imageDigest(image: string): string | undefined {
  return digestAtEnd.exec(image)?.[0].slice(1);
}

/** SHA-256 of bytes, or of a text in UTF-8, as 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The content digest of bytes, or of a text in UTF-8: `sha256:` and the hexadecimal digits. */
export function digestOf(data: string | Uint8Array): string {
  return `sha256:${sha256(data)}`;
}
