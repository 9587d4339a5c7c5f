import { createPublicKey, verify, type KeyObject } from "node:crypto";
import { GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { InputError } from "../contract/problems";
import { sha256 } from "../contract/digests";
import { isSigning, keyIdOf } from "../evidence/attestation";
import type { CheckpointSigner } from "../evidence/checkpoint";

/**
 * Start of the name of a key in AWS KMS: `awskms:///alias/name`, or a key's id or ARN after the
 * slashes.
 */
export const kmsScheme = "awskms:///";

/**
 * A client in the region of the key: that of its ARN, else `AWS_REGION` or that of the profile.
 */
export function kmsClient(key: string): KMSClient {
  const region =
    /^arn:aws[a-z-]*:kms:([a-z0-9-]+):/.exec(key)?.[1] ??
    process.env["AWS_REGION"] ??
    process.env["AWS_DEFAULT_REGION"];
  return new KMSClient(region === undefined ? {} : { region });
}

/** The public half of a key in KMS, in PEM. Throws InputError for a key that is none to sign with. */
export async function publicKeyAt(location: string): Promise<string> {
  return (await publicKey(location)).export({ type: "spki", format: "pem" }).toString();
}

/**
 * Public keys that checkpoints of a ledger are verified by. @param location as `--checkpoint-key`
 * names the key; none gives none
 */
export async function checkpointKeysAt(location: string | undefined): Promise<readonly string[]> {
  return location === undefined ? [] : [await publicKeyAt(location)];
}

/** Signs with a key that never leaves KMS; a signature is verified before it is given away. */
export async function kmsSigner(location: string): Promise<CheckpointSigner> {
  const key = await publicKey(location);
  const KeyId = idOf(location);
  const client = kmsClient(KeyId);
  return {
    keyid: keyIdOf(key),
    sign: async (message) => {
      const { Signature } = await client.send(
        new SignCommand({
          KeyId,
          Message: Buffer.from(sha256(message), "hex"),
          MessageType: "DIGEST",
          SigningAlgorithm: "ECDSA_SHA_256",
        }),
      );
      const signature = Buffer.from(Signature ?? []);
      if (!verify("sha256", message, key, signature))
        throw new Error(`the public key of ${location} does not verify what KMS answered`);
      return signature;
    },
  };
}

function idOf(location: string): string {
  if (location.startsWith(kmsScheme)) return location.slice(kmsScheme.length);
  throw new InputError("command line", [
    { key: "key", got: location, allowed: `${kmsScheme} and the alias, id or ARN of a key` },
  ]);
}

async function publicKey(location: string): Promise<KeyObject> {
  const KeyId = idOf(location);
  const { PublicKey, KeyUsage } = await kmsClient(KeyId).send(new GetPublicKeyCommand({ KeyId }));
  const key = createPublicKey({
    key: Buffer.from(PublicKey ?? []),
    format: "der",
    type: "spki",
  });
  if (key.asymmetricKeyType === "ec" && isSigning(key) && KeyUsage === "SIGN_VERIFY") return key;
  throw new InputError("command line", [
    {
      key: location,
      got: `a key of kind ${key.asymmetricKeyType ?? "unknown"} for ${KeyUsage ?? "nothing"}`,
      allowed: "ECC_NIST_P256 for SIGN_VERIFY",
    },
  ]);
}
