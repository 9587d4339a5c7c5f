import { createPublicKey, verify, type KeyObject } from "node:crypto";
import { z } from "zod";
import { digestOf, hashSchema } from "../contract/digests";
import { jsonOrNothing } from "../contract/json";
import { base64, releaseSchema, signatureSchema, type Release } from "./release";

/** Media type of an in-toto statement inside a DSSE envelope. */
export const payloadType = "application/vnd.in-toto+json";
const statementType = "https://in-toto.io/Statement/v1";
/** What the predicate is: the release manifest, as {@link releaseSchema} has it. */
const predicateType = "https://causeway.dev/attestation/release/v1";

/**
 * A DSSE envelope (github.com/secure-systems-lab/dsse, version 1). Without signatures it says what
 * a release is, and nobody vouches for it.
 */
export const envelopeSchema = z.strictObject({
  payloadType: z.literal(payloadType),
  payload: base64,
  signatures: z.array(signatureSchema),
});
export type Envelope = z.output<typeof envelopeSchema>;

const subject = z.strictObject({
  name: z.string().min(1),
  digest: z.strictObject({ sha256: hashSchema("64 hexadecimal digits") }),
});

/**
 * An in-toto Statement v1 over a release: its files and its image by digest, and its manifest as
 * the predicate.
 */
export const statementSchema = z.strictObject({
  _type: z.literal(statementType),
  subject: z.array(subject).min(1),
  predicateType: z.literal(predicateType),
  predicate: releaseSchema,
});
export type Statement = z.output<typeof statementSchema>;

/** The statement in an envelope; undefined where its payload is none over a release. */
export function statementIn({ payload }: Envelope): Statement | undefined {
  return statementSchema.safeParse(jsonOrNothing(Buffer.from(payload, "base64").toString("utf8")))
    .data;
}

/** Something that signs: a key in a file or in a key service. */
export interface Signer {
  /** As {@link keyIdOf} names its public key. */
  readonly keyid: string;
  sign(message: Buffer): Buffer;
}

/**
 * The statement over a release. `files` are digests by name; an image is a subject once a registry
 * holds it.
 */
export function statementOf(release: Release, files: Readonly<Record<string, string>>): Statement {
  const image = release.published
    ? [[release.image.repository, release.image.digest] as const]
    : [];
  const subjects = [...Object.entries(files), ...image].map(([name, digest]) => ({
    name,
    digest: { sha256: digest.replace("sha256:", "") },
  }));
  return { _type: statementType, subject: subjects, predicateType, predicate: release };
}

/** A statement in an envelope, signed by each signer; by none it is unsigned. */
export function enveloped(statement: Statement, signers: readonly Signer[]): Envelope {
  const payload = Buffer.from(JSON.stringify(statement));
  const message = preAuthentication(payload);
  return {
    payloadType,
    payload: payload.toString("base64"),
    signatures: signers.map((signer) => ({
      keyid: signer.keyid,
      sig: signer.sign(message).toString("base64"),
    })),
  };
}

/**
 * What DSSE signs: the payload with its type and both lengths before them, so that no two pairs of
 * type and payload give the same bytes.
 */
export function preAuthentication(payload: Buffer, type: string = payloadType): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `),
    payload,
  ]);
}

/** Name of a public key: the digest of its SubjectPublicKeyInfo in DER, as AWS KMS returns it. */
export function keyIdOf(key: KeyObject): string {
  return digestOf(key.export({ type: "spki", format: "der" }));
}

/**
 * The public key in a PEM text, or undefined where it is none that releases are signed with:
 * ed25519 (RFC 8032), or ECDSA on P-256 (FIPS 186-5).
 */
export function publicKeyIn(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return isSigning(key) && !pem.includes("PRIVATE KEY") ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Whether releases may be signed with keys of this kind. */
export function isSigning({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return (
    asymmetricKeyType === "ed25519" ||
    (asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1")
  );
}

/** The single public keys in a text of one or more PEM blocks. */
export function pemBlocks(text: string): string[] {
  return text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
}

/**
 * How an envelope's signatures stand to the trusted keys: `trusted` is signed by at least one;
 * `unchecked` is signed, but no key was given to check with; `untrusted` is signed by others, or
 * the signature is not one of this payload.
 */
export type SignatureState =
  | { readonly state: "trusted"; readonly keyid: string }
  | { readonly state: "none" | "unchecked" }
  | { readonly state: "untrusted"; readonly keyids: readonly string[] };

/**
 * Judges the signatures of an envelope by public keys in PEM.
 * @param type media type of the payload
 */
export function signatureState(
  envelope: Pick<Envelope, "payload" | "signatures">,
  trusted: readonly string[],
  type: string = payloadType,
): SignatureState {
  if (envelope.signatures.length === 0) return { state: "none" };
  if (trusted.length === 0) return { state: "unchecked" };
  const message = preAuthentication(Buffer.from(envelope.payload, "base64"), type);
  const keys = new Map(
    trusted
      .map(publicKeyIn)
      .flatMap((key) => (key === undefined ? [] : [[keyIdOf(key), key] as const])),
  );
  const good = envelope.signatures.find(({ keyid, sig }) => {
    const key = keys.get(keyid);
    return key !== undefined && holds(key, message, Buffer.from(sig, "base64"));
  });
  return good === undefined
    ? { state: "untrusted", keyids: envelope.signatures.map(({ keyid }) => keyid) }
    : { state: "trusted", keyid: good.keyid };
}

function holds(key: KeyObject, message: Buffer, sig: Buffer): boolean {
  return verify(key.asymmetricKeyType === "ec" ? "sha256" : null, message, key, sig);
}
