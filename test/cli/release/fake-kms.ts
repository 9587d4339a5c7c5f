import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { createServer } from "node:http";
import { z } from "zod";

/**
 * A stand-in for AWS KMS on loopback: GetPublicKey and Sign as the API reference has them (JSON
 * 1.1, `X-Amz-Target`, base64 for blobs, errors by `__type`), and it refuses a request that
 * is signed by another key or for another region. Prints its address. Which kind of key it has,
 * and what it does wrong, the arguments say.
 */
const [kind = "p256", fault = ""] = process.argv.slice(2);
const pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } =
  kind === "p256"
    ? generateKeyPairSync("ec", { namedCurve: "P-256" })
    : generateKeyPairSync("rsa", { modulusLength: 2048 });
const arn = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const usage = fault === "encrypts" ? "ENCRYPT_DECRYPT" : "SIGN_VERIFY";

const signRequest = z.strictObject({
  KeyId: z.string(),
  Message: z.string(),
  MessageType: z.literal("DIGEST"),
  SigningAlgorithm: z.literal("ECDSA_SHA_256"),
});

/**
 * ECDSA over a digest that is given, which node only does over a message: a raw signature of the
 * prehashed value is what KMS makes.
 */
function signatureOf(message: Buffer): Buffer {
  return sign(
    "sha256",
    message,
    fault === "another-key"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
      : pair.privateKey,
  );
}

/**
 * KMS sees the digest alone; the stand-in must see the message to sign with node, so the test says
 * it first.
 */
const messages = new Map<string, Buffer>();

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request
    .on("data", (part: Buffer) => parts.push(part))
    .on("end", () => {
      const body = Buffer.concat(parts);
      const answer = (status: number, value: object) =>
        response
          .writeHead(status, { "content-type": "application/x-amz-json-1.1" })
          .end(JSON.stringify(value));
      if (request.url === "/public-key")
        return response.end(pair.publicKey.export({ type: "spki", format: "pem" }));
      if (request.url === "/messages") {
        messages.set(createHash("sha256").update(body).digest("base64"), body);
        return answer(200, {});
      }
      const { "x-amz-target": target, authorization = "" } = request.headers;
      if (!/Credential=AKIDEXAMPLE\/\d+\/eu-west-1\/kms\/aws4_request/.test(authorization))
        return answer(400, {
          __type: "InvalidSignatureException",
          message: "The request signature we calculated does not match the signature you provided.",
        });
      const given: unknown = JSON.parse(body.toString("utf8"));
      if (z.object({ KeyId: z.string() }).parse(given).KeyId !== "alias/example-signing")
        return answer(400, {
          __type: "com.amazonaws.trent#NotFoundException",
          message: "Alias arn:aws:kms:eu-west-1:444455556666:alias/other is not found.",
        });
      if (target === "TrentService.GetPublicKey") {
        const der = pair.publicKey.export({ type: "spki", format: "der" });
        return answer(200, {
          KeyId: arn,
          PublicKey: der.toString("base64"),
          KeySpec: kind === "p256" ? "ECC_NIST_P256" : "RSA_2048",
          KeyUsage: usage,
          SigningAlgorithms: ["ECDSA_SHA_256"],
        });
      }
      const sought = signRequest.safeParse(given);
      if (target !== "TrentService.Sign" || !sought.success)
        return answer(400, {
          __type: "ValidationException",
          message: "1 validation error detected",
        });
      if (fault === "denied")
        return answer(400, {
          __type: "AccessDeniedException",
          Message:
            "User: arn:aws:sts::444455556666:assumed-role/auditor/x is not authorized to perform: kms:Sign",
        });
      const message = messages.get(sought.data.Message);
      if (Buffer.from(sought.data.Message, "base64").length !== 32 || message === undefined)
        return answer(400, {
          __type: "ValidationException",
          message: "Digest is invalid length for algorithm ECDSA_SHA_256.",
        });
      return answer(200, {
        KeyId: arn,
        Signature: signatureOf(message).toString("base64"),
        SigningAlgorithm: "ECDSA_SHA_256",
      });
    });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null)
    console.log(`http://127.0.0.1:${address.port}`);
});
