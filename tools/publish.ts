import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { loadContract, loadRelease } from "../services/contract/load";
import { InputError, parseOrThrow } from "../services/contract/problems";
import { digest } from "../services/contract/units";

const root = join(__dirname, "..");
const modelsFolder = join(root, "services", "models");
const usage = "usage: npm run publish:model -- <model> --repository <repository URL, such as that of the stack outputs>";

/** Builds a model's image, pushes it, and writes the digest that the registry gave into the release manifest. */
function main([model, flag, repository]: readonly string[]): void {
  if (model === undefined || flag !== "--repository" || repository === undefined) throw new InputError("command line", [{ key: "arguments", got: process.argv.slice(2).join(" "), allowed: usage }]);
  loadContract(modelsFolder, model);
  const release = loadRelease(modelsFolder, model);
  console.log(`building ${repository}:${release.version} from ${join("services", "models", model)}`);
  const image = { repository, digest: build(model, `${repository}:${release.version}`) };
  const file = join(modelsFolder, model, "release", "manifest.json");
  // Written beside and renamed, so that a full disk leaves the old manifest whole.
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...release, published: true, image }, null, 2)}\n`);
  renameSync(`${file}.new`, file);
  console.log(`published ${repository}@${image.digest}; commit ${join("services", "models", model, "release", "manifest.json")}`);
}

function build(model: string, tag: string): string {
  const folder = mkdtempSync(join(tmpdir(), "causeway-publish-"));
  try {
    const metadata = join(folder, "metadata.json");
    const file = join("services", "model-server", "Dockerfile");
    execFileSync("docker", ["buildx", "build", "--platform", "linux/amd64", "--build-arg", `MODEL=${model}`, "--file", file, "--tag", tag, "--push", "--metadata-file", metadata, "."], { cwd: root, stdio: "inherit" });
    return parseOrThrow(z.object({ "containerimage.digest": digest }), JSON.parse(readFileSync(metadata, "utf8")), "the builder's metadata")["containerimage.digest"];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof InputError ? 2 : 1;
}
