import { existsSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { modelNames, modelsOf } from "../services/contract/files";
import { UsageError } from "./exit-codes";

/** The project of every verb whose command line names no other: the repository. */
export const repository = resolve(__dirname, "..");

/** Folder of its models. */
export const modelsFolder = modelsOf(repository);

/** The model that a command line names, else the first of the folder. Throws UsageError. */
export function modelIn(folder: string, given?: string): string {
  const known = modelNames(folder);
  const model = given ?? known[0];
  if (model !== undefined && known.includes(model)) return model;
  throw new UsageError(`model: got ${model}, allowed: ${known.join(", ") || "none yet"}`);
}

/**
 * The folder that `--out` names, from where the command is typed; without it the repository's own.
 * Throws UsageError for what is there and no folder.
 */
export function outFolder(given: string | undefined): string {
  const folder = given === undefined ? join(repository, "out") : resolve(given);
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new UsageError(`--out: got ${folder}, a file, allowed: a folder`);
  return folder;
}

/** A path as a person at this terminal would write it. */
export function shownPath(path: string): string {
  const own = relative(process.cwd(), path);
  return own.startsWith("..") ? path : own || ".";
}

/** The help of `--project`. */
export const projectHelp = "folder of other stack files, with services/models below it";
