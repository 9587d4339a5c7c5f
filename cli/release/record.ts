import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import type { Release } from "../../services/evidence/release";
import type { Fact } from "../../services/evidence/ledger";

/**
 * The ledger's fact of a publication: which image holds the release from now on, and whose keys
 * signed it.
 */
export function publicationOf(
  { model, version, image, digests, scan }: Release,
  actor: string,
  signers: readonly string[],
): Fact {
  return {
    actor,
    action: "release",
    subject: model,
    details: {
      version,
      published: true,
      digest: image.digest,
      repository: image.repository,
      model: digests.model,
      data: digests.data,
      card: digests.card,
      signers,
      scan: scan === undefined ? null : scan.highest,
    },
  };
}

/**
 * The ledger's fact of an attestation: whose keys signed it, its digest, and the entries of the
 * approvals that it carries.
 */
export function attestingOf(
  { model, version, image, digests, approvals }: Release,
  actor: string,
  { attestation, signers }: { readonly attestation: string; readonly signers: readonly string[] },
): Fact {
  return {
    actor,
    action: "attest",
    subject: model,
    details: {
      version,
      digest: image.digest,
      model: digests.model,
      attestation,
      signers,
      approvals: approvals.map(({ reference }) => reference),
    },
  };
}

/**
 * Who writes to a ledger: in AWS as it names the caller, on a machine by the name of the account.
 */
export function actorAt(
  location: string,
  aws: (args: readonly string[]) => string = (args) =>
    execFileSync("aws", [...args], { encoding: "utf8" }),
): string {
  return location.startsWith("s3://")
    ? aws(["sts", "get-caller-identity", "--query", "Arn", "--output", "text"]).trim()
    : userInfo().username;
}
