import { verify } from "node:crypto";
import { z } from "zod";
import { InputError, parseOrThrow } from "../contract/problems";
import { label } from "../contract/units";
import { keyIdOf, preAuthentication, publicKeyIn, type Signer } from "./attestation";
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

/** What somebody says who approves: this image of this model, in this role, as this person. */
export interface ApprovalStatement {
  readonly model: string;
  /** Digest of the image. */
  readonly image: string;
  readonly role: string;
  readonly actor: string;
}

/** The signature over an approval, by the approver's own key. */
export function signedApproval(
  statement: ApprovalStatement,
  signer: Signer,
): NonNullable<Approval["signature"]> {
  return { keyid: signer.keyid, sig: signer.sign(messageOf(statement)).toString("base64") };
}

/**
 * Why an approval is not bound to its role, in words; undefined where it is. A role for which there
 * are keys counts only with the signature of one of them. A role without keys is claimed, and only
 * whoever took the approval could bind it.
 */
export function unbound(
  statement: ApprovalStatement,
  signature: Approval["signature"],
  keys: readonly RoleKey[],
): string | undefined {
  const own = keys
    .filter(({ role }) => role === statement.role)
    .flatMap(({ key }) => publicKeyIn(key) ?? []);
  if (own.length === 0) return undefined;
  if (signature === undefined) return "no signature";
  const key = own.find((one) => keyIdOf(one) === signature.keyid);
  if (key === undefined) return `a signature by ${signature.keyid}, which is no key of the role`;
  const holds = verify(
    key.asymmetricKeyType === "ec" ? "sha256" : null,
    messageOf(statement),
    key,
    Buffer.from(signature.sig, "base64"),
  );
  return holds ? undefined : "a signature over something else";
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
    const gap = unbound(
      { model, image: approval.image, role: approval.role, actor: approval.actor },
      approval.signature,
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

function messageOf({ model, image, role, actor }: ApprovalStatement): Buffer {
  return preAuthentication(Buffer.from(JSON.stringify({ actor, image, model, role })), payloadType);
}

const keysOption = "--approver-keys";

const roleKeys = z.array(
  z.strictObject({
    role: label,
    key: z
      .string()
      .refine(
        (pem) => publicKeyIn(pem) !== undefined,
        "a public key in PEM, ed25519 or ECDSA on P-256",
      ),
  }),
);

/**
 * The option that hands a promoter the stack's `causeway:approverKeys`; none where no role has
 * keys.
 */
export function approverKeysOption(keys: readonly RoleKey[]): string[] {
  return keys.length === 0
    ? []
    : [`${keysOption}=${JSON.stringify(keys.map(({ role, key }) => ({ role, key })))}`];
}

/**
 * The keys that the option names. Throws InputError for what is none: a key that nobody can read
 * would bind nobody.
 */
export function approverKeysIn(text: string | undefined): RoleKey[] {
  if (text === undefined) return [];
  return parseOrThrow(roleKeys, jsonIn(text), keysOption);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError("command line", [
      { key: keysOption, got: text, allowed: 'JSON: [{ "role": ..., "key": <PEM> }]' },
    ]);
  }
}
