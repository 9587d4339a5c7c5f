import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RoleKey } from "../../services/evidence/approvals";
import { type Signer } from "../../services/evidence/attestation";
import { parseOrThrow } from "../../services/contract/problems";
import { releaseSchema, type Release } from "../../services/evidence/release";
import { attestationFile } from "../../services/evidence/inspection";
import type { OpenLedger } from "../../services/delivery/ledger-location";
import { recordedApprovals, type RecordedApprovals } from "../../services/delivery/approvals";
import { attest, replace } from "./attest";
import { attestingOf } from "./record";
import { digestOf } from "../../services/contract/digests";

/** What is attested, by whom, and where the approvals are on record. */
export interface Attesting {
  /** Folder of the release. */
  readonly folder: string;
  readonly signers: readonly Signer[];
  readonly ledger: Pick<OpenLedger, "entries" | "record">;
  /** Who attests, as the place of the ledger knows them. */
  readonly actor: string;
  /** Keys of the people who approve, by role. */
  readonly roleKeys: readonly RoleKey[];
}

/**
 * Copies the approvals of a release's image from the ledger into its manifest, signs it again, and
 * puts that on record. The manifest never carries an approval that the ledger does not hold: those
 * that it had are replaced. A failure changes nothing.
 */
export async function attestApproved({
  folder,
  signers,
  ledger,
  actor,
  roleKeys,
}: Attesting): Promise<RecordedApprovals> {
  const names = ["manifest.json", attestationFile] as const;
  const before = names.map((name) => readFileSync(join(folder, name), "utf8"));
  const release = parseOrThrow(releaseSchema, JSON.parse(before[0] ?? ""), join(folder, names[0]));
  const found = recordedApprovals(
    await ledger.entries(),
    { model: release.model, image: release.image.digest },
    roleKeys,
  );
  const approved: Release = { ...release, approvals: found.approvals };
  try {
    replace(join(folder, names[0]), `${JSON.stringify(approved, null, 2)}\n`);
    attest(folder, signers);
    await ledger.record(
      attestingOf(approved, actor, {
        attestation: digestOf(readFileSync(join(folder, attestationFile))),
        signers: signers.map(({ keyid }) => keyid),
      }),
    );
    return found;
  } catch (error) {
    names.forEach((name, i) => replace(join(folder, name), before[i] ?? ""));
    throw error;
  }
}
