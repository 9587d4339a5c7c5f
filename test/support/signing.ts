import { generateKeyPairSync, sign } from "node:crypto";
import { keyIdOf, type Signer } from "../../services/evidence/attestation";

/** A key pair of a test: who signs with it, and its public key in PEM. */
export interface TestKey {
  readonly signer: Signer;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A new key pair. */
export function testKey(kind: "ed25519" | "p256" = "ed25519"): TestKey {
  const pair =
    kind === "ed25519"
      ? generateKeyPairSync("ed25519")
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    signer: {
      keyid: keyIdOf(pair.publicKey),
      sign: (message) => sign(kind === "p256" ? "sha256" : null, message, pair.privateKey),
    },
    publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
