import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const endings = [".yaml", ".yml", ".json"];
const skipped = ["node_modules", ".git"];

/**
 * Manifest files under the given paths, sorted within each: a file is taken as it is, a folder with
 * all that is in it. Throws RangeError for a path that leads nowhere.
 */
export function manifestFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!existsSync(path))
      throw new RangeError(`${path}: must be a file or a folder, got nothing there`);
    return statSync(path).isDirectory() ? inFolder(path) : [path];
  });
}

function inFolder(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.includes(entry.name) ? [] : inFolder(path);
    return endings.some((ending) => entry.name.endsWith(ending)) ? [path] : [];
  });
}
