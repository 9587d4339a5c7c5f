import { createHash, createPublicKey, verify, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { Problem } from "../../contract/problems";

const signatureSchema = z.object({ algorithm: z.literal("ed25519"), keyId: z.string(), signature: z.base64() });

/**
 * What is wrong with a detached signature (`signature.json`) over the bytes of `manifest.json`: ed25519 (RFC 8032), as the training steps
 * write it. `trusted` is the public key in PEM.
 */
export function signatureProblems(manifest: Buffer, signature: unknown, trusted: string): Problem[] {
  const key = publicKey(trusted);
  if (key === undefined) return [{ key: "trusted key", got: "another text", allowed: "an ed25519 public key in PEM" }];
  const parsed = signatureSchema.safeParse(signature);
  if (!parsed.success) return [{ key: "signature.json", got: signature, allowed: "an ed25519 signature: algorithm, keyId, signature" }];
  if (parsed.data.keyId !== keyId(key)) return [{ key: "signature.json: keyId", got: parsed.data.keyId, allowed: keyId(key) }];
  if (!verify(null, manifest, key, Buffer.from(parsed.data.signature, "base64"))) return [{ key: "signature.json: signature", got: parsed.data.signature, allowed: "the trusted key's signature of manifest.json" }];
  return [];
}

function publicKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Digest of the raw public key, the last 32 bytes of its DER form. */
function keyId(key: KeyObject): string {
  return `sha256:${createHash("sha256").update(key.export({ type: "spki", format: "der" }).subarray(-32)).digest("hex")}`;
}
