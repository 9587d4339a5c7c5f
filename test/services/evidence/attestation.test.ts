import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import {
  enveloped,
  envelopeSchema,
  keyIdOf,
  pemBlocks,
  preAuthentication,
  publicKeyIn,
  signatureState,
  statementOf,
  statementSchema,
} from "../../../services/evidence/attestation";
import { attestationIn } from "../../../services/evidence/inspection";
import { modelsFolder } from "../../harness/fixtures";
import { testKey } from "../../support/signing";
import { digestOf, release } from "../../infra/serving/fixture";

const files = { "model.onnx": digestOf("1"), "manifest.json": digestOf("2") };

test("what is signed is the pre-authentication encoding of the DSSE specification", () => {
  // Both lengths are in bytes, as in the protocol's own example ("DSSEv1 29
  // http://example.com/HelloWorld 11 hello world").
  expect(preAuthentication(Buffer.from("hällo")).toString()).toBe(
    "DSSEv1 28 application/vnd.in-toto+json 6 hällo",
  );
});

test("a statement names files and image as subjects by bare SHA-256, and its predicate is the manifest", () => {
  const statement = statementOf(release, files);
  expect(statement).toMatchObject({
    _type: "https://in-toto.io/Statement/v1",
    predicateType: "https://causeway.dev/attestation/release/v1",
    predicate: release,
  });
  expect(statement.subject).toEqual([
    { name: "model.onnx", digest: { sha256: "1".repeat(64) } },
    { name: "manifest.json", digest: { sha256: "2".repeat(64) } },
    { name: release.image.repository, digest: { sha256: "a".repeat(64) } },
  ]);
  expect(statementOf({ ...release, published: false }, files).subject).toHaveLength(2);
  expect(statementSchema.parse(JSON.parse(JSON.stringify(statement)))).toEqual(statement);
});

describe.each(["ed25519", "p256"] as const)("signatures with %s", (kind) => {
  const [ours, other] = [testKey(kind), testKey(kind)];
  const envelope = enveloped(statementOf(release, files), [other.signer, ours.signer]);

  test("are trusted by any trusted key that made one", () => {
    expect(signatureState(envelope, [ours.publicKey])).toEqual({
      state: "trusted",
      keyid: ours.signer.keyid,
    });
    expect(signatureState(envelope, [testKey().publicKey, other.publicKey])).toEqual({
      state: "trusted",
      keyid: other.signer.keyid,
    });
  });

  test("are untrusted by other keys, over other bytes and under another key's name", () => {
    expect(signatureState(envelope, [testKey(kind).publicKey])).toEqual({
      state: "untrusted",
      keyids: [other.signer.keyid, ours.signer.keyid],
    });
    const changed = { ...envelope, payload: Buffer.from("{}").toString("base64") };
    expect(signatureState(changed, [ours.publicKey]).state).toBe("untrusted");
    const swapped = {
      ...envelope,
      signatures: [{ ...envelope.signatures[0]!, keyid: ours.signer.keyid }],
    };
    expect(signatureState(swapped, [ours.publicKey]).state).toBe("untrusted");
  });

  test("cannot be checked without a key, and nobody's are none", () => {
    expect(signatureState(envelope, [])).toEqual({ state: "unchecked" });
    expect(signatureState(enveloped(statementOf(release, files), []), [ours.publicKey])).toEqual({
      state: "none",
    });
  });

  test("name their key by the digest of its DER form", () => {
    expect(keyIdOf(createPublicKey(ours.publicKey))).toBe(ours.signer.keyid);
  });
});

test("only public keys that releases are signed with are taken", () => {
  const pem = (pair: {
    publicKey: { export(options: { type: "spki"; format: "pem" }): string | Buffer };
  }) => pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  const { publicKey, privateKey } = testKey();
  expect(publicKeyIn(publicKey)).toBeDefined();
  expect(
    [
      privateKey,
      "",
      pem(generateKeyPairSync("rsa", { modulusLength: 2_048 })),
      pem(generateKeyPairSync("ec", { namedCurve: "P-384" })),
    ].map(publicKeyIn),
  ).toEqual([undefined, undefined, undefined, undefined]);
  expect(pemBlocks(`${publicKey}\n${publicKey}`)).toHaveLength(2);
});

test("base64 that decodes to the same bytes under another text is refused", () => {
  const envelope = enveloped(statementOf(release, files), []);
  expect(envelopeSchema.safeParse({ ...envelope, payload: "QQ==" }).success).toBe(true);
  expect(envelopeSchema.safeParse({ ...envelope, payload: "QR==" }).success).toBe(false);
});

test("the sample's attestation can be read, and a file that is none says why", () => {
  expect(
    attestationIn(join(modelsFolder, "loan-approval", "release", "attestation.json")),
  ).toMatchObject({ envelope: { signatures: [] } });
  expect(attestationIn(join(modelsFolder, "loan-approval", "release", "manifest.json"))).toBe(
    "no DSSE envelope",
  );
  expect(attestationIn(join(modelsFolder, "nothing"))).toBe("missing");
});
