import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { RawConfig } from "../../infra/stack/load";
import { readInput } from "../../services/contract/files";
import { InputError, pathName } from "../../services/contract/problems";
import { parseYaml } from "../../services/contract/yaml";
import { UsageError } from "../exit-codes";
import { isProperties, type Properties } from "./wire";

/** Stands for a value that only `pulumi up` can decrypt. */
export const encryptedPlaceholder = "https://encrypted.example.com/";

/** Names of the stacks that have a file in the project's folder, sorted. */
export function stackNames(project: string): string[] {
  if (!existsSync(join(project, "Pulumi.yaml")))
    throw new UsageError(`--project: got ${project}, allowed: a folder with a Pulumi.yaml`);
  return readdirSync(project)
    .flatMap((file) => /^Pulumi\.([^.]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** Throws UsageError for a stack that has no file in the project's folder. */
export function requireStack(project: string, stack: string): void {
  const known = stackNames(project);
  if (!known.includes(stack))
    throw new UsageError(
      `--stack: got ${stack}, allowed: ${known.join(", ")} (npx causeway new stack writes another)`,
    );
}

/** Name of the project, from `Pulumi.yaml`. */
export function projectName(project: string): string {
  const name = readYaml(join(project, "Pulumi.yaml"))["name"];
  return typeof name === "string" ? name : basename(project);
}

/**
 * Reads a stack file as the engine hands it to a program: objects, lists, numbers and booleans as
 * JSON text, encrypted values by a placeholder, and defaults of a `Pulumi.yaml` in the same folder
 * beneath.
 * @throws InputError when the file is missing, is no YAML, has a part that nothing reads or no mapping
 *   as its `config`, or has a key twice, with its namespace and without.
 */
export function readStackFile(file: string): RawConfig {
  const projectFile = join(dirname(file), "Pulumi.yaml");
  const project = existsSync(projectFile) ? readYaml(projectFile) : {};
  const content = readYaml(file);
  refuseUnknownParts(content, file);
  const own = configOf(content, file);
  refuseTwoValues(own, project["name"], file);
  const namespaced = Object.fromEntries(
    Object.entries(own).map(([key, value]) => [fullKey(key, project["name"]), value]),
  );
  const all = { ...defaultsOf(project, projectFile), ...namespaced };
  const secrets = Object.keys(all).filter((key) => isEncrypted(all[key]));
  return {
    values: Object.fromEntries(Object.entries(all).map(([key, value]) => [key, textOf(value)])),
    secrets: new Set(secrets),
  };
}

/** What the engine reads of a stack file beside `config`. */
const parts = ["config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt"];

/** The engine passes over what it does not know, so that `confg:` would leave every key out. */
function refuseUnknownParts(content: Properties, file: string): void {
  const problems = Object.keys(content)
    .filter((part) => !parts.includes(part))
    .map((part) => ({
      key: pathName([part]),
      got: "a part that nothing reads",
      allowed: parts.join(", "),
    }));
  if (problems.length > 0) throw new InputError(file, problems);
}

function readYaml(file: string): Properties {
  const content = parseYaml(readInput(file), file);
  if (isProperties(content)) return content;
  throw new InputError(file, [{ key: "(whole input)", got: content, allowed: "a mapping" }]);
}

function configOf(content: Properties, file: string): Properties {
  const config = content["config"] ?? {};
  if (isProperties(config)) return config;
  throw new InputError(file, [
    { key: "config", got: config, allowed: "a mapping from keys to values" },
  ]);
}

/**
 * Values that the project sets for every stack: `value`, or `default` for the project's own keys.
 */
function defaultsOf(project: Properties, file: string): Properties {
  const entries = Object.entries(configOf(project, file)).flatMap(
    ([key, declaration]): [string, unknown][] => {
      const value = isProperties(declaration)
        ? (declaration["value"] ?? declaration["default"])
        : declaration;
      return value === undefined || value === null ? [] : [[fullKey(key, project["name"]), value]];
    },
  );
  return Object.fromEntries(entries);
}

/** The values are not told, since they may be secrets. */
function refuseTwoValues(own: Properties, project: unknown, file: string): void {
  const problems = Object.keys(own).flatMap((key) => {
    const full = fullKey(key, project);
    if (full === key || !Object.hasOwn(own, full)) return [];
    return [{ key, got: "a value", allowed: `one value: ${full} is the same key and has one too` }];
  });
  if (problems.length > 0) throw new InputError(file, problems);
}

/** A key without a namespace belongs to the project. */
function fullKey(key: string, project: unknown): string {
  return key.includes(":") || typeof project !== "string" ? key : `${project}:${key}`;
}

/** A value of `secure` makes the whole key a secret, also inside an object. */
function isEncrypted(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isEncrypted);
  return (
    isProperties(value) &&
    (typeof value["secure"] === "string" || Object.values(value).some(isEncrypted))
  );
}

/** Text of a value; nothing is empty text to the engine. */
function textOf(value: unknown): string {
  const open = decrypted(value) ?? "";
  return typeof open === "string" ? open : JSON.stringify(open);
}

function decrypted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decrypted);
  if (!isProperties(value)) return value;
  if (typeof value["secure"] === "string") return encryptedPlaceholder;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decrypted(item)]));
}
