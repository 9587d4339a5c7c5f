import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import type { Release } from "../../services/contract/release";
import type { Fact } from "../../services/ledger";

/** The ledger's fact of a publication: which image holds the release from now on, and whose keys signed it. */
export function publicationOf({ model, version, image, digests, scan }: Release, actor: string, signers: readonly string[]): Fact {
  return {
    actor,
    action: "release",
    subject: model,
    details: { version, published: true, digest: image.digest, repository: image.repository, model: digests.model, data: digests.data, card: digests.card, signers, scan: scan === undefined ? null : scan.highest },
  };
}

/** Who writes to a ledger: in AWS as it names the caller, on a machine by the name of the account. */
export function actorAt(location: string, aws: (args: readonly string[]) => string = (args) => execFileSync("aws", [...args], { encoding: "utf8" })): string {
  return location.startsWith("s3://") ? aws(["sts", "get-caller-identity", "--query", "Arn", "--output", "text"]).trim() : userInfo().username;
}
