import { readFileSync } from "node:fs";
import { GetPublicKeyCommand, SignCommand } from "@aws-sdk/client-kms";
import { z } from "zod";
import { kmsClient } from "../../services/delivery/kms";
import { parseOrThrow } from "../../services/contract/problems";

/** What is asked of AWS KMS: the public key, or a signature over a SHA-256 digest. */
export const kmsQuestion = z.strictObject({
  /** Alias, id or ARN of the key. */
  key: z.string(),
  /** In base64. @default the public key is asked for */
  digest: z.string().optional(),
});
export type KmsQuestion = z.output<typeof kmsQuestion>;

/** What is read of the answers; bytes are in base64. */
export const kmsAnswer = z.object({
  PublicKey: z.string().optional(),
  KeyUsage: z.string().optional(),
  Signature: z.string().optional(),
});

/**
 * A program of its own, since whoever signs waits between two writes of a file: reads one question
 * from standard input and prints the answer as JSON.
 */
async function ask({ key: KeyId, digest }: KmsQuestion): Promise<string> {
  const client = kmsClient(KeyId);
  const answer =
    digest === undefined
      ? await client.send(new GetPublicKeyCommand({ KeyId }))
      : await client.send(
          new SignCommand({
            KeyId,
            Message: Buffer.from(digest, "base64"),
            MessageType: "DIGEST",
            SigningAlgorithm: "ECDSA_SHA_256",
          }),
        );
  return JSON.stringify(answer, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  );
}

if (require.main === module)
  ask(parseOrThrow(kmsQuestion, JSON.parse(readFileSync(0, "utf8")), "the question")).then(
    (answer) => process.stdout.write(answer),
    (error: unknown) => {
      process.stderr.write(
        error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      );
      process.exitCode = 1;
    },
  );
