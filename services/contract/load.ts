import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { biasAuditFile, biasAuditSchema, type BiasAudit } from "../evidence/bias-audit";
import { contractSchema, type Contract } from "./contract";
import { InputError, parseOrThrow } from "./problems";
import { releaseSchema, type Release } from "../evidence/release";
import { verdictSchema, type Verdict } from "../evidence/verdict";
import { parseYaml } from "./yaml";

/** Names of the models that have a contract under `modelsFolder`, sorted. */
export function modelNames(modelsFolder: string): string[] {
  return readdirSync(modelsFolder)
    .filter((name) => existsSync(join(modelsFolder, name, "model.yaml")))
    .sort();
}

/** Reads and validates `<modelsFolder>/<name>/model.yaml`. Throws InputError with every problem. */
export function loadContract(modelsFolder: string, name: string): Contract {
  const file = join(modelsFolder, name, "model.yaml");
  const contract = parseOrThrow(contractSchema, parseYaml(read(file), file), file);
  if (contract.name !== name)
    throw new InputError(file, [
      { key: "name", got: contract.name, allowed: `the name of its folder, ${name}` },
    ]);
  return contract;
}

/**
 * Reads and validates `<modelsFolder>/<name>/release/manifest.json`. Throws InputError with every
 * problem.
 */
export function loadRelease(modelsFolder: string, name: string): Release {
  const file = join(modelsFolder, name, "release", "manifest.json");
  const release = parseOrThrow(releaseSchema, jsonIn(file), file);
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
  const audit = parseOrThrow(biasAuditSchema, jsonIn(file), file);
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
      const verdict = parseOrThrow(verdictSchema, jsonIn(join(folder, file)), join(folder, file));
      if (verdict.model !== name)
        throw new InputError(join(folder, file), [
          { key: "model", got: verdict.model, allowed: `the name of its folder, ${name}` },
        ]);
      return verdict;
    });
}

function read(file: string): string {
  if (!existsSync(file))
    throw new InputError(file, [
      { key: "(whole input)", got: undefined, allowed: "a file at this path" },
    ]);
  return readFileSync(file, "utf8");
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(read(file));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new InputError(file, [{ key: "(whole input)", got: error.message, allowed: "JSON" }]);
    throw error;
  }
}
