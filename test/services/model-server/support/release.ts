import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReleaseFiles } from "../../../../services/model-server/release/load";
import { enveloped, statementOf, type Signer } from "../../../../services/evidence/attestation";
import { fileDigests } from "../../../../services/evidence/inspection";
import { modelFolder } from "../../../harness/fixtures";
import { digestOf } from "../../../../services/contract/digests";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A copy of the sample's folder, to be spoilt; it is removed after the tests of the file. */
export function copiedModel(): string {
  const folder = mkdtempSync(join(tmpdir(), "causeway-model-"));
  folders.push(folder);
  cpSync(modelFolder, folder, { recursive: true });
  return folder;
}

export function filesIn(folder: string): ReleaseFiles {
  return {
    contract: join(folder, "model.yaml"),
    manifest: join(folder, "release", "manifest.json"),
    folder: join(folder, "release"),
  };
}

export function change(file: string, edit: (content: Buffer) => Buffer): void {
  writeFileSync(file, edit(readFileSync(file)));
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export function changeJson(file: string, edit: (content: any) => void): void {
  change(file, (content) => {
    const value = JSON.parse(content.toString());
    edit(value);
    return Buffer.from(JSON.stringify(value));
  });
}

/**
 * Writes the digests of the files as they are into the manifest and attests them: what remains
 * wrong is not a digest. It signs what the commands would refuse to.
 */
export function sealed(folder: string, signers: readonly Signer[] = []): void {
  const digest = (name: string) => digestOf(readFileSync(join(folder, "release", name)));
  changeJson(join(folder, "release", "manifest.json"), (manifest) => {
    Object.assign(manifest.digests, {
      model: digest("model.onnx"),
      reference: digest("reference.json"),
    });
    manifest.explanation.digest = digest("explainer.json");
  });
  const release = join(folder, "release");
  const manifest = JSON.parse(readFileSync(join(release, "manifest.json"), "utf8"));
  const statement = statementOf(manifest, fileDigests(release));
  writeFileSync(join(release, "attestation.json"), JSON.stringify(enveloped(statement, signers)));
}
