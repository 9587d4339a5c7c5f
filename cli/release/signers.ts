import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { isSigning, keyIdOf, type Signer } from "../../services/evidence/attestation";
import { InputError, parseOrThrow } from "../../services/contract/problems";
import { askKmsAndWait, type KmsQuestion } from "../../services/delivery/aws/kms";

/**
 * Start of the name of a key in AWS KMS: `awskms:///alias/name`, or a key's id or ARN after the
 * slashes.
 */
const kms = "awskms:///";
const allowed =
  "a file with an unencrypted private key in PEM, ed25519 or ECDSA on P-256, or awskms:///alias/<name>";

/**
 * The signer behind a `--key` argument. Throws InputError for anything else than a key that
 * releases are signed with.
 */
export function signerAt(location: string): Signer {
  return location.startsWith(kms) ? kmsSigner(location.slice(kms.length)) : fileSigner(location);
}

function fileSigner(file: string): Signer {
  const key = privateKey(file);
  return {
    keyid: keyIdOf(createPublicKey(key)),
    sign: (message) => sign(key.asymmetricKeyType === "ec" ? "sha256" : null, message, key),
  };
}

function privateKey(file: string): KeyObject {
  const refuse = (got: string) => new InputError("--key", [{ key: file, got, allowed }]);
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(file));
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  if (!isSigning(key)) throw refuse(`a key of kind ${key.asymmetricKeyType ?? "unknown"}`);
  return key;
}

const publicKeyAnswer = z.object({
  KeyId: z.string(),
  PublicKey: z.string(),
  KeyUsage: z.string(),
  SigningAlgorithms: z.array(z.string()).default([]),
});
const signatureAnswer = z.object({
  KeyId: z.string(),
  Signature: z.string(),
  SigningAlgorithm: z.literal("ECDSA_SHA_256"),
});

/**
 * Signs the digest of the message with a key that never leaves AWS KMS. A signature is verified
 * before it is given away: what the key of {@link Signer.keyid} did not make must not go into a
 * release.
 */
function kmsSigner(name: string): Signer {
  const ask = (question: KmsQuestion) => askKmsAndWait(question);
  const { PublicKey: bytes, KeyUsage: usage } = parseOrThrow(
    publicKeyAnswer,
    ask({ operation: "GetPublicKey", request: { KeyId: name } }),
    "KMS GetPublicKey",
  );
  const key = createPublicKey({ key: Buffer.from(bytes, "base64"), format: "der", type: "spki" });
  if (key.asymmetricKeyType !== "ec" || !isSigning(key) || usage !== "SIGN_VERIFY")
    throw new InputError("--key", [
      {
        key: `${kms}${name}`,
        got: `a key of kind ${key.asymmetricKeyType ?? "unknown"} for ${usage}`,
        allowed: "ECC_NIST_P256 for SIGN_VERIFY",
      },
    ]);
  return {
    keyid: keyIdOf(key),
    sign: (message) => {
      const digest = createHash("sha256").update(message).digest("base64");
      const { Signature: made } = parseOrThrow(
        signatureAnswer,
        ask({
          operation: "Sign",
          request: {
            KeyId: name,
            Message: digest,
            MessageType: "DIGEST",
            SigningAlgorithm: "ECDSA_SHA_256",
          },
        }),
        "KMS Sign",
      );
      const signature = Buffer.from(made, "base64");
      if (!verify("sha256", message, key, signature))
        throw new Error(
          `KMS answered with a signature that the public key of ${name} does not verify`,
        );
      return signature;
    },
  };
}
