import { isUtf8 } from "node:buffer";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "./problems";

/** Folder of the models of a project: contract and release of each. */
export const modelsOf = (project: string): string => join(project, "services", "models");

/** Names of the models that have a contract under `modelsFolder`, sorted. */
export function modelNames(modelsFolder: string): string[] {
  return readdirSync(modelsFolder)
    .filter((name) => existsSync(join(modelsFolder, name, "model.yaml")))
    .sort();
}

/** The text of an input file. Throws InputError where there is none. */
export function readInput(file: string): string {
  if (!isFile(file))
    throw new InputError(file, [
      {
        key: "(whole input)",
        got: existsSync(file) ? "a folder" : undefined,
        allowed: "a file at this path",
      },
    ]);
  return decodeText(readFileSync(file), file);
}

/** Whether something is at a path that can be read as a text: a file or a pipe. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}

/** Text of an input. Throws InputError for bytes that are no UTF-8, instead of replacing them. */
export function decodeText(bytes: Uint8Array, source: string): string {
  if (!isUtf8(bytes))
    throw new InputError(source, [
      { key: "(whole input)", got: "bytes that are no UTF-8", allowed: "text in UTF-8" },
    ]);
  return Buffer.from(bytes).toString("utf8");
}
