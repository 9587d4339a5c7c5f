import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { isSigning, keyIdOf, type Signer } from "../../services/contract/attestation";
import { InputError } from "../../services/contract/problems";

/** Start of the name of a key in AWS KMS: `awskms:///alias/name`, or a key's id or ARN after the slashes. */
const kms = "awskms:///";
const allowed = "a file with an unencrypted private key in PEM, ed25519 or ECDSA on P-256, or awskms:///alias/<name>";

/** The signer behind a `--key` argument. Throws InputError for anything else than a key that releases are signed with. */
export function signerAt(location: string): Signer {
  return location.startsWith(kms) ? kmsSigner(location.slice(kms.length)) : fileSigner(location);
}

function fileSigner(file: string): Signer {
  const key = privateKey(file);
  return { keyid: keyIdOf(createPublicKey(key)), sign: (message) => sign(key.asymmetricKeyType === "ec" ? "sha256" : null, message, key) };
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

/** Signs the digest of the message with a key that never leaves AWS KMS; asks through the AWS CLI, which has the caller's credentials. */
function kmsSigner(name: string): Signer {
  const ask = (args: readonly string[], query: string) => Buffer.from(execFileSync("aws", ["kms", ...args, "--key-id", name, "--query", query, "--output", "text"], { encoding: "utf8" }).trim(), "base64");
  const key = createPublicKey({ key: ask(["get-public-key"], "PublicKey"), format: "der", type: "spki" });
  if (key.asymmetricKeyType !== "ec" || !isSigning(key)) throw new InputError("--key", [{ key: `${kms}${name}`, got: `a key of kind ${key.asymmetricKeyType ?? "unknown"}`, allowed: "ECC_NIST_P256 for signing" }]);
  const digest = (message: Buffer) => createHash("sha256").update(message).digest("base64");
  return {
    keyid: keyIdOf(key),
    sign: (message) => ask(["sign", "--cli-binary-format", "base64", "--message", digest(message), "--message-type", "DIGEST", "--signing-algorithm", "ECDSA_SHA_256"], "Signature"),
  };
}
