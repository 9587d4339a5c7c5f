import { createHash } from "node:crypto";

/** SHA-256 of bytes, or of a text in UTF-8, as 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The content digest of bytes, or of a text in UTF-8: `sha256:` and the hexadecimal digits. */
export function digestOf(data: string | Uint8Array): string {
  return `sha256:${sha256(data)}`;
}
