import { spawnSync } from "node:child_process";
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { isSigning, keyIdOf, type Signer } from "../../services/evidence/attestation";
import { InputError, parseOrThrow } from "../../services/contract/problems";
import { kmsScheme as kms } from "../../services/delivery/kms";
import { kmsAnswer, type KmsQuestion } from "./ask-kms";

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

/**
 * Signs the digest of the message with a key that never leaves AWS KMS. A signature is verified
 * before it is given away: what the key of {@link Signer.keyid} did not make must not go into a
 * release.
 */
function kmsSigner(name: string): Signer {
  const { PublicKey: der = "", KeyUsage: usage = "" } = askKms({ key: name });
  const key = createPublicKey({ key: Buffer.from(der, "base64"), format: "der", type: "spki" });
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
      const signature = Buffer.from(askKms({ key: name, digest }).Signature ?? "", "base64");
      if (!verify("sha256", message, key, signature))
        throw new Error(
          `KMS answered with a signature that the public key of ${name} does not verify`,
        );
      return signature;
    },
  };
}

/** Asks KMS in a process of its own and waits for it. Throws in the words of KMS. */
function askKms(question: KmsQuestion): z.output<typeof kmsAnswer> {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", join(__dirname, "ask-kms.ts")],
    {
      cwd: join(__dirname, "..", ".."),
      // Warnings would stand among the words of KMS.
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
      input: JSON.stringify(question),
      encoding: "utf8",
    },
  );
  if (status !== 0)
    throw new Error(`KMS, asked for ${question.key}: ${stderr.trim() || "no answer"}`);
  return parseOrThrow(kmsAnswer, JSON.parse(stdout), "the answer of KMS");
}
