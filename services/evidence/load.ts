import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readJsonFile } from "../contract/json";
import { InputError, parseOrThrow } from "../contract/problems";
import { biasAuditFile, biasAuditSchema, type BiasAudit } from "./bias-audit";
import { releaseSchema, type Release } from "./release";
import { verdictSchema, type Verdict } from "./verdict";

/**
 * Reads and validates `<modelsFolder>/<name>/release/manifest.json`. Throws InputError with every
 * problem.
 */
export function loadRelease(modelsFolder: string, name: string): Release {
  const file = join(modelsFolder, name, "release", "manifest.json");
  const release = parseOrThrow(releaseSchema, readJsonFile(file), file);
  if (release.model !== name)
    throw new InputError(file, [
      { key: "model", got: release.model, allowed: `the name of its folder, ${name}` },
    ]);
  return release;
}

/**
 * Reads and validates the record of a model's last external bias audit; undefined where there is
 * none. Throws InputError with every problem.
 */
export function loadBiasAudit(modelsFolder: string, name: string): BiasAudit | undefined {
  const file = join(modelsFolder, name, biasAuditFile);
  if (!existsSync(file)) return undefined;
  const audit = parseOrThrow(biasAuditSchema, readJsonFile(file), file);
  if (audit.model !== name)
    throw new InputError(file, [
      { key: "model", got: audit.model, allowed: `the name of its folder, ${name}` },
    ]);
  return audit;
}

/** Folder of a model's verdicts, one file for each rollout. */
export function verdictsFolder(modelsFolder: string, name: string): string {
  return join(modelsFolder, name, "verdicts");
}

/**
 * Reads and validates every verdict over a model's releases, by file name; none before the first
 * rollout. Throws InputError with every problem of the first bad file.
 */
export function loadVerdicts(modelsFolder: string, name: string): Verdict[] {
  const folder = verdictsFolder(modelsFolder, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => {
      const verdict = parseOrThrow(
        verdictSchema,
        readJsonFile(join(folder, file)),
        join(folder, file),
      );
      if (verdict.model !== name)
        throw new InputError(join(folder, file), [
          { key: "model", got: verdict.model, allowed: `the name of its folder, ${name}` },
        ]);
      return verdict;
    });
}
