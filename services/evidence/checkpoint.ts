import { z } from "zod";
import { hashSchema } from "../contract/digests";
import { preAuthentication, signatureState } from "./attestation";
import type { Entry, Flaw } from "./ledger";
import { canonicalJson } from "./ledger/canonical";
import { base64, signatureSchema } from "./release";

/**
 * Media type of what is signed, inside DSSE's pre-authentication encoding: no signature over a
 * release or an approval is one over a checkpoint.
 */
const payloadType = "application/vnd.causeway.checkpoint+json";

/**
 * How far a ledger went at a time: what transparency logs call a checkpoint or signed tree head
 * (RFC 6962, section 3.5; C2SP tlog-checkpoint). The hash of the last entry covers all before it.
 */
const checkpointSchema = z.strictObject({
  /** Where the ledger is, such as `s3://bucket/ledger`. */
  ledger: z.string().min(1),
  /** How many entries it had. */
  entries: z.int().min(1),
  /** Hash of the last of them. */
  head: hashSchema("the hash of a ledger entry, 64 hexadecimal digits"),
  time: z.iso.datetime(),
});
export type Checkpoint = z.output<typeof checkpointSchema>;

/** A DSSE envelope around a checkpoint. */
const envelopeSchema = z.strictObject({
  payloadType: z.literal(payloadType),
  payload: base64,
  signatures: z.array(signatureSchema).min(1),
});

/** A checkpoint that a reader compared with the ledger. */
export interface VerifiedCheckpoint extends Checkpoint {
  /** `unchecked` where the reader has no key to verify the signature with. */
  readonly signature: "trusted" | "unchecked";
}

/** What a ledger's newest checkpoint says of it. */
export interface CheckpointVerdict {
  /** Absent where it does not hold. */
  readonly checkpoint?: VerifiedCheckpoint;
  readonly flaws: readonly Flaw[];
}

/** Something that signs, such as a key service. */
export interface CheckpointSigner {
  /** As `keyIdOf` names its public key. */
  readonly keyid: string;
  sign(message: Buffer): Promise<Buffer>;
}

/** The text of a signed checkpoint. */
export async function signedCheckpoint(
  checkpoint: Checkpoint,
  { keyid, sign }: CheckpointSigner,
): Promise<string> {
  const payload = Buffer.from(canonicalJson({ ...checkpoint }));
  const sig = (await sign(preAuthentication(payload, payloadType))).toString("base64");
  return JSON.stringify({
    payloadType,
    payload: payload.toString("base64"),
    signatures: [{ keyid, sig }],
  });
}

/** A stored checkpoint, and the name by which a message calls its place. */
export interface StoredCheckpoint {
  readonly place: string;
  readonly text: string;
}

/** What a checkpoint is compared with. */
export interface CheckpointContext {
  /** Every entry of a chain that holds. */
  readonly entries: readonly Entry[];
  /**
   * Public keys in PEM, one of which must have signed. With none the signature is not verified.
   */
  readonly keys: readonly string[];
  /** Where the ledger is, and the number under which the checkpoint lies. @default any */
  readonly stored?: { readonly ledger: string; readonly number: number };
}

/**
 * Compares a checkpoint with a ledger. The ledger may have grown since; it is flawed where it has
 * fewer entries, or another one at that number.
 */
export function verifyCheckpoint(
  { place, text }: StoredCheckpoint,
  { entries, keys, stored }: CheckpointContext,
): CheckpointVerdict {
  const flawed = (message: string) => ({ flaws: [{ place, message }] });
  const read = checkpointIn(text);
  if (read === undefined) return flawed("is no checkpoint");
  const { envelope, checkpoint } = read;
  const { state } = signatureState(envelope, keys, payloadType);
  if (state !== "trusted" && state !== "unchecked")
    return flawed(
      `is signed by ${envelope.signatures.map(({ keyid }) => keyid).join(", ")}, which is not the key of this ledger's checkpoints, or over other bytes`,
    );
  if (stored !== undefined && checkpoint.ledger !== stored.ledger)
    return flawed(`is a checkpoint of ${checkpoint.ledger}, not of ${stored.ledger}`);
  if (stored !== undefined && checkpoint.entries !== stored.number)
    return flawed(`is the checkpoint of entry ${checkpoint.entries}, not of ${stored.number}`);
  const said = `entry ${checkpoint.entries} was ${checkpoint.head} at ${checkpoint.time}`;
  const last = entries[checkpoint.entries - 1];
  if (last === undefined)
    return flawed(
      `says that ${said}, and the ledger has ${entries.length} entries: entries were removed from its end`,
    );
  if (last.hash !== checkpoint.head)
    return flawed(`says that ${said}, and it is ${last.hash} now: the ledger was rewritten`);
  return { checkpoint: { ...checkpoint, signature: state }, flaws: [] };
}

/** The checkpoint in a text; undefined where it is none. */
function checkpointIn(text: string) {
  try {
    const envelope = envelopeSchema.parse(JSON.parse(text));
    const payload = Buffer.from(envelope.payload, "base64").toString("utf8");
    const checkpoint = checkpointSchema.parse(JSON.parse(payload));
    // One text for each checkpoint: no key twice, of which two readers take different values.
    return canonicalJson({ ...checkpoint }) === payload ? { envelope, checkpoint } : undefined;
  } catch {
    return undefined;
  }
}
