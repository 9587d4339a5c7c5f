import { signedApproval } from "../../services/evidence/approvals";
import type { Signer } from "../../services/evidence/attestation";
import type { Entry } from "../../services/evidence/ledger";

/** Details of an approval as the approver's own key signs them. */
export function signedDetails(
  { model, actor, ...rest }: { readonly model: string; readonly actor: string } & Entry["details"],
  signer: Signer,
  at: string = new Date().toISOString(),
): Entry["details"] {
  const details = { ...rest, at };
  return { ...details, signature: signedApproval({ model, actor, details }, signer) };
}
