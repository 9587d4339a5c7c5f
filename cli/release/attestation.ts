import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { enveloped, statementOf, type Signer } from "../../services/evidence/attestation";
import { readJsonFile } from "../../services/contract/json";
import { InputError, parseOrThrow } from "../../services/contract/problems";
import { releaseSchema } from "../../services/evidence/release";
import {
  attestationFile,
  contentChecks,
  fileDigests,
  inspectionProblems,
  ownDigestChecks,
} from "../../services/evidence/inspection";

/**
 * Attests a release folder as it is: writes `attestation.json` over its files, signed by each
 * signer.
 * @throws InputError when a file is not the one that the manifest names, or is none of a release, or
 *   the model is not ONNX with all its tensors in itself: nobody signs what was never judged
 */
export function attest(folder: string, signers: readonly Signer[]): void {
  const manifest = join(folder, "manifest.json");
  const release = parseOrThrow(releaseSchema, readJsonFile(manifest), manifest);
  const files = fileDigests(folder);
  const problems = inspectionProblems({
    checks: [...ownDigestChecks(release, files), ...contentChecks(folder)],
  });
  if (problems.length > 0) throw new InputError(folder, problems);
  replace(
    join(folder, attestationFile),
    `${JSON.stringify(enveloped(statementOf(release, files), signers))}\n`,
  );
}

/** Writes a file beside its place and renames it, so that a full disk leaves the old one whole. */
export function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
