import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { attest } from "../../cli/release/attestation";
import { fixtureProject, modelFolder } from "../../test/harness/fixtures";

/** What a plan reads of the repository. */
const parts = [
  "infra",
  "policies",
  "services/training/Dockerfile",
  "services/delivery/Dockerfile",
  "services/contract",
  "services/evidence",
  "cli",
  "package.json",
  "tsconfig.json",
  "Pulumi.yaml",
];
const sample = "loan-approval";

/**
 * A copy of the project whose one stack, `bench`, is another stack with `count` copies of the
 * sample model under other names. Returns its folder.
 */
export function syntheticProject(root: string, count: number, like: "dev" | "prod"): string {
  const folder = mkdtempSync(join(tmpdir(), `bench-${count}-`));
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const names = Array.from({ length: count }, (_, i) => `model-${String(i + 1).padStart(3, "0")}`);
  for (const name of names) cloneModel(folder, name);
  writeFileSync(
    join(folder, "Pulumi.bench.yaml"),
    stackFile(readFileSync(join(fixtureProject, `Pulumi.${like}.yaml`), "utf8"), names),
  );
  cpSync(
    join(fixtureProject, "policies", "config", `${like}.json`),
    join(folder, "policies", "config", "bench.json"),
  );
  return folder;
}

function cloneModel(folder: string, name: string): void {
  const target = join(folder, "services", "models", name);
  cpSync(join(modelFolder, "release"), join(target, "release"), { recursive: true });
  cpSync(join(modelFolder, "impact-assessment.md"), join(target, "impact-assessment.md"));
  const contract = readFileSync(join(modelFolder, "model.yaml"), "utf8");
  writeFileSync(join(target, "model.yaml"), contract.replace(`name: ${sample}`, `name: ${name}`));
  const manifest = readFileSync(join(modelFolder, "release", "manifest.json"), "utf8");
  writeFileSync(
    join(target, "release", "manifest.json"),
    manifest.replaceAll(`"${sample}"`, `"${name}"`),
  );
  attest(join(target, "release"), []);
}

function stackFile(text: string, names: readonly string[]): string {
  const content = load(text);
  const config =
    typeof content === "object" &&
    content !== null &&
    "config" in content &&
    typeof content.config === "object"
      ? content.config
      : {};
  return dump({
    config: {
      ...config,
      "causeway:models": names.map((name) => ({ name })),
      "causeway:monthlyBudgetUsd": 1_000_000,
    },
  });
}
