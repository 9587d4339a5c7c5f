import { z } from "zod";
import type { RoleKey } from "../../../services/evidence/approvals";
import { publicKeyIn } from "../../../services/evidence/attestation";
import { InputError, parseOrThrow } from "../../../services/contract/problems";
import { label } from "../../../services/contract/units";

const option = "--approver-keys";

const schema = z.array(
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
    : [`${option}=${JSON.stringify(keys.map(({ role, key }) => ({ role, key })))}`];
}

/**
 * The keys that the option names. Throws InputError for what is none: a key that nobody can read
 * would bind nobody.
 */
export function approverKeysIn(text: string | undefined): RoleKey[] {
  if (text === undefined) return [];
  return parseOrThrow(schema, jsonIn(text), option);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError("command line", [
      { key: option, got: text, allowed: 'JSON: [{ "role": ..., "key": <PEM> }]' },
    ]);
  }
}
