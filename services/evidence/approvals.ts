import { verify } from "node:crypto";
import { z } from "zod";
import { readJson } from "../contract/json";
import { parseOrThrow } from "../contract/problems";
import { annotationPrefix } from "../contract/labels";
import { label } from "../contract/units";
import { keyIdOf, preAuthentication, publicKeyIn, type Signer } from "./attestation";
import { canonicalJson } from "./ledger/canonical";
import type { Entry } from "./ledger/entry";
import type { Approval, Release } from "./release";

/**
 * Media type of what an approver signs, inside DSSE's pre-authentication encoding: no signature
 * over a release is one over an approval.
 */
const payloadType = "application/vnd.causeway.approval+json";

/** Whose signature a role's approvals carry: the stack names them under `causeway:approverKeys`. */
export interface RoleKey {
  readonly role: string;
  /** Public key in PEM. */
  readonly key: string;
}

/**
 * What an approver signs: the whole entry of the ledger but the signature itself. An approval of one
 * version, image, region, step or pause is none of another.
 */
export interface ApprovalStatement {
  readonly model: string;
  readonly actor: string;
  /** Details of the entry; `at` is when it was signed, in UTC. */
  readonly details: Entry["details"];
}

/** An approval as it stands in the ledger or in a manifest. */
export interface StoredApproval extends ApprovalStatement {
  readonly role: string;
  /** Digest of the image. */
  readonly image: string;
  /** When it was recorded. */
  readonly at: string;
}

/** Longest time between a signature and its entry in the ledger, in milliseconds. */
const recordedWithin = 10 * 60 * 1_000;

/** The signature over an approval, by the approver's own key. */
export function signedApproval(
  statement: ApprovalStatement,
  signer: Signer,
): NonNullable<Approval["signature"]> {
  return { keyid: signer.keyid, sig: signer.sign(messageOf(statement)).toString("base64") };
}

/**
 * Why an approval is not bound to its role, in words; undefined where it is. Once there are keys for
 * any role, an approval counts only with the signature of a key of its own. Without any key roles are
 * claimed, and only whoever took the approval could bind them.
 */
export function unbound(
  { role, image, at, ...statement }: StoredApproval,
  signature: Approval["signature"],
  keys: readonly RoleKey[],
): string | undefined {
  if (keys.length === 0) return undefined;
  const own = keys.filter((key) => key.role === role).flatMap(({ key }) => publicKeyIn(key) ?? []);
  if (own.length === 0) return "a role without keys, where others have some";
  if (signature === undefined) return "no signature";
  const key = own.find((one) => keyIdOf(one) === signature.keyid);
  if (key === undefined) return `a signature by ${signature.keyid}, which is no key of the role`;
  const { details } = statement;
  const holds = verify(
    key.asymmetricKeyType === "ec" ? "sha256" : null,
    messageOf(statement),
    key,
    Buffer.from(signature.sig, "base64"),
  );
  if (!holds || details["role"] !== role || details["digest"] !== image)
    return "a signature over something else";
  const signed = typeof details["at"] === "string" ? details["at"] : "no time";
  return Math.abs(Date.parse(signed) - Date.parse(at)) <= recordedWithin
    ? undefined
    : `a signature of ${signed}, recorded at ${at}`;
}

/**
 * What is wrong with the approvals of a manifest, each with its place in it: of another image,
 * twice the same entry, or not bound to the role.
 */
export function approvalProblems(
  { model, image, approvals }: Pick<Release, "model" | "image" | "approvals">,
  keys: readonly RoleKey[],
): { readonly name: string; readonly found: string; readonly allowed: string }[] {
  return approvals.flatMap((approval, i) => {
    const name = `approvals[${i}], by role ${approval.role}`;
    const { role, actor, at, signature, details = {} } = approval;
    const gap = unbound(
      { role, actor, at, image: approval.image, model, details },
      signature,
      keys,
    );
    return [
      ...(approval.image === image.digest
        ? []
        : [{ name, found: `of image ${approval.image}`, allowed: `of image ${image.digest}` }]),
      ...(approvals.findIndex(({ reference }) => reference === approval.reference) === i
        ? []
        : [
            {
              name,
              found: `entry ${approval.reference} again`,
              allowed: "each entry of the ledger once",
            },
          ]),
      ...(gap === undefined
        ? []
        : [
            {
              name,
              found: gap,
              allowed: `a signature by a key of ${approval.role} in causeway:approverKeys`,
            },
          ]),
    ];
  });
}

function messageOf({ model, actor, details }: ApprovalStatement): Buffer {
  const entry = { action: "approve", actor, details, subject: model };
  return preAuthentication(Buffer.from(canonicalJson(entry)), payloadType);
}

/**
 * ConfigMap that takes an approval to the resumer of a cluster without a ledger in a bucket. Admission
 * lets an approver write it once and in their own name (infra/platform/admission-approvals.ts).
 */
export const carriedApproval = {
  namePrefix: "approval-",
  /** Its value is the model's name. */
  label: `${annotationPrefix}/approval-of`,
  keys: { actor: "actor", entry: "entry" },
} as const;

const keysOption = "--approver-keys";
const trustedOption = "--trusted-keys";

const publicKey = z
  .string()
  .refine(
    (pem) => publicKeyIn(pem) !== undefined,
    "a public key in PEM, ed25519 or ECDSA on P-256",
  );
const roleKeys = z.array(z.strictObject({ role: label, key: publicKey }));

/**
 * The option that hands a promoter the stack's `causeway:approverKeys`; none where no role has
 * keys.
 */
export function approverKeysOption(keys: readonly RoleKey[]): string[] {
  return keys.length === 0
    ? []
    : [`${keysOption}=${JSON.stringify(keys.map(({ role, key }) => ({ role, key })))}`];
}

/** The option that hands a promoter the stack's `causeway:trustedKeys`; none where it has none. */
export function trustedKeysOption(keys: readonly string[]): string[] {
  return keys.length === 0 ? [] : [`${trustedOption}=${JSON.stringify(keys)}`];
}

/** The keys that the option names. Throws InputError for what is none, as a key would trust it. */
export function trustedKeysIn(text: string | undefined): string[] {
  if (text === undefined) return [];
  return parseOrThrow(z.array(publicKey), readJson(text, trustedOption), trustedOption);
}

/**
 * The keys that the option names. Throws InputError for what is none: a key that nobody can read
 * would bind nobody.
 */
export function approverKeysIn(text: string | undefined): RoleKey[] {
  if (text === undefined) return [];
  return parseOrThrow(roleKeys, readJson(text, keysOption), keysOption);
}
