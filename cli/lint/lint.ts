import { readFileSync } from "node:fs";
import { judge, type PackConfig, type Violation } from "../../policies/judge";
import type { ResourceView, Rule } from "../../policies/rule";
import { documents } from "./documents";
import { manifestFiles } from "./files";
import { resourcesOf } from "./resources";

/** What the linter found. */
export interface LintResult {
  readonly files: number;
  readonly objects: number;
  readonly findings: readonly Finding[];
  /** Files or documents that could not be read, as `file:line: message`. */
  readonly problems: readonly string[];
}

export interface Finding {
  /**
   * `file:line` of the document that the object is in; the violation of a whole set of manifests
   * has none.
   */
  readonly location: string | undefined;
  readonly violation: Violation;
}

/**
 * Judges manifests by the rules over Kubernetes objects. Rules over a whole stack see all objects
 * of all files together. `onFile` is told each file before it is read. Throws RangeError for a path
 * that leads nowhere.
 */
export function lintManifests(
  paths: readonly string[],
  rules: readonly Rule[],
  config: PackConfig,
  onFile: (file: string) => void = () => {},
): LintResult {
  const locations = new Map<ResourceView, string>();
  const problems: string[] = [];
  const files = manifestFiles(paths);
  for (const file of files) {
    onFile(file);
    const read = documents(readFileSync(file, "utf8"));
    problems.push(...read.problems.map(({ line, message }) => `${file}:${line}: ${message}`));
    for (const { line, content } of read.documents) {
      try {
        for (const resource of resourcesOf(content)) locations.set(resource, `${file}:${line}`);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        problems.push(`${file}:${line}: ${error.message}`);
      }
    }
  }
  const findings = judge(rules, [...locations.keys()], config).map((violation) => ({
    violation,
    location: violation.resource && locations.get(violation.resource),
  }));
  return { files: files.length, objects: locations.size, findings, problems };
}
