import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { RawConfig } from "../../infra/stack/load";
import { InputError } from "../../services/contract/problems";
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

/** Name of the project, from `Pulumi.yaml`. */
export function projectName(project: string): string {
  const name = readYaml(join(project, "Pulumi.yaml"))["name"];
  return typeof name === "string" ? name : basename(project);
}

/**
 * Reads a stack file as the engine hands it to a program: objects, lists, numbers and booleans as
 * JSON text, encrypted values by a placeholder, and defaults of a `Pulumi.yaml` in the same folder
 * beneath.
 * @throws InputError when the file is missing, is no YAML, or has no mapping as its `config`.
 */
export function readStackFile(file: string): RawConfig {
  const projectFile = join(dirname(file), "Pulumi.yaml");
  const project = existsSync(projectFile) ? readYaml(projectFile) : {};
  const own = configOf(readYaml(file), file);
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

function readYaml(file: string): Properties {
  if (!existsSync(file))
    throw new InputError(file, [
      { key: "(whole input)", got: undefined, allowed: "a file at this path" },
    ]);
  const content = parseYaml(readFileSync(file, "utf8"), file);
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

function textOf(value: unknown): string {
  const open = decrypted(value);
  return typeof open === "string" ? open : JSON.stringify(open);
}

function decrypted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decrypted);
  if (!isProperties(value)) return value;
  if (typeof value["secure"] === "string") return encryptedPlaceholder;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decrypted(item)]));
}
