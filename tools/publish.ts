import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { loadContract, loadRelease } from "../services/contract/load";
import { InputError, parseOrThrow } from "../services/contract/problems";
import { digest } from "../services/contract/units";

const root = join(__dirname, "..");
const usage = "usage: npm run publish:model -- <model> --repository <repository URL, such as that of the stack outputs>";

/** What to publish, and how an image is built and pushed. */
export interface Publication {
  readonly modelsFolder: string;
  readonly model: string;
  readonly repository: string;
  /** Builds the image under a tag, pushes it, and returns the digest that the registry gave. */
  build(model: string, tag: string): string;
}

/**
 * Builds and pushes the image of a model's release, and writes the registry's digest into its manifest.
 * A failed build changes nothing. A signature made before no longer holds: sign the release again after it.
 * @returns the image by digest
 */
export function publish({ modelsFolder, model, repository, build }: Publication): string {
  loadContract(modelsFolder, model);
  const release = loadRelease(modelsFolder, model);
  const image = { repository, digest: parseOrThrow(digest, build(model, `${repository}:${release.version}`), "the builder's digest") };
  const file = join(modelsFolder, model, "release", "manifest.json");
  // Written beside and renamed, so that a full disk leaves the old manifest whole.
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...release, published: true, image }, null, 2)}\n`);
  renameSync(`${file}.new`, file);
  return `${repository}@${image.digest}`;
}

/**
 * Base images of a published image, from a file of `NAME=value` lines.
 * @throws InputError when one is not by digest: the image could not be told from another that was built of the same sources
 */
export function pinnedBases(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n").filter((line) => /^[A-Z_]+=/.test(line));
  const loose = lines.filter((line) => !/@sha256:[0-9a-f]{64}$/.test(line));
  if (loose.length === 0) return lines;
  throw new InputError(file, loose.map((line) => ({ key: line.replace(/=.*/, ""), got: line.replace(/^[A-Z_]+=/, ""), allowed: "an image by digest: node services/model-server/pin-base-images.mjs writes it" })));
}

function buildWithDocker(model: string, tag: string): string {
  const bases = pinnedBases(join(root, "services", "model-server", "base-images.env"));
  const folder = mkdtempSync(join(tmpdir(), "causeway-publish-"));
  try {
    const metadata = join(folder, "metadata.json");
    const file = join("services", "model-server", "Dockerfile");
    const values = [...bases, `MODEL=${model}`, `VERSION=${tag.slice(tag.lastIndexOf(":") + 1)}`].flatMap((value) => ["--build-arg", value]);
    const args = ["buildx", "build", "--platform", "linux/amd64", ...values, "--file", file, "--tag", tag, "--push", "--metadata-file", metadata, "."];
    execFileSync("docker", args, { cwd: root, stdio: "inherit" });
    return parseOrThrow(z.object({ "containerimage.digest": digest }), JSON.parse(readFileSync(metadata, "utf8")), "the builder's metadata")["containerimage.digest"];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function main([model, flag, repository]: readonly string[]): void {
  if (model === undefined || flag !== "--repository" || repository === undefined) throw new InputError("command line", [{ key: "arguments", got: process.argv.slice(2).join(" "), allowed: usage }]);
  console.log(`building and pushing ${model} to ${repository}`);
  const image = publish({ modelsFolder: join(root, "services", "models"), model, repository, build: buildWithDocker });
  console.log(`published ${image}; commit services/models/${model}/release/manifest.json`);
}

if (require.main === module) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof InputError ? 2 : 1;
  }
}
