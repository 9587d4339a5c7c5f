import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** What the commits of a branch added to one file, newest commit first. */
export interface AddedLines {
  readonly path: string;
  readonly text: string;
  /** Short hash of the commit of each line of the text. */
  readonly commits: readonly string[];
}

/**
 * Paths of the tracked files of a repository that are there, relative to its folder. Throws Error
 * where there is no repository.
 */
export function trackedFiles(folder: string): string[] {
  return git(folder, ["ls-files", "-z"])
    .split("\0")
    .filter((path) => path !== "" && existsSync(join(folder, path)));
}

/**
 * Every line that a commit of the current branch added, by file; of a shallow copy those of the
 * commits that it has. Binary files are left out.
 */
export function addedLines(folder: string): AddedLines[] {
  const log = git(folder, [
    "log",
    "--patch",
    "--unified=0",
    "--no-color",
    "--no-ext-diff",
    "--no-renames",
    "--format=%x00%h",
  ]);
  const files = new Map<string, [line: string, commit: string][]>();
  for (const entry of log.split("\0").slice(1)) {
    const commit = entry.slice(0, entry.indexOf("\n"));
    for (const patch of entry.split(/^diff --git /m).slice(1)) {
      const path = /^\+\+\+ "?b\/(.*?)"?$/m.exec(patch)?.[1];
      if (path === undefined) continue;
      const lines = files.get(path) ?? [];
      files.set(path, lines);
      for (const line of patch.slice(patch.indexOf("\n@@ ")).split("\n"))
        if (line.startsWith("+")) lines.push([line.slice(1), commit]);
    }
  }
  return [...files].map(([path, lines]) => ({
    path,
    text: lines.map(([line]) => line).join("\n"),
    commits: lines.map(([, commit]) => commit),
  }));
}

function git(folder: string, args: readonly string[]): string {
  return execFileSync("git", ["-c", "core.quotePath=false", "-C", folder, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "pipe"],
  });
}
