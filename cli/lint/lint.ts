import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { isHarmless, isJudged } from "../../policies/closed-world";
import { judge, type PackConfig, type Violation } from "../../policies/judge";
import { text } from "../../policies/resources";
import type { ResourceView, Rule } from "../../policies/rule";
import { podSpecs } from "../../policies/pod-shapes";
import { rules } from "../../policies/rules";
import { readInput } from "../../services/contract/files";
import { jsonHelp, type CommandLine } from "../command";
import type { ExitCode } from "../exit-codes";
import { packConfig } from "../plan/judgement";
import type { Terminal } from "../terminal";
import { isKustomization, patchFiles } from "./kustomize";
import { documents, resourcesOf } from "./manifests";

/** What the linter found. */
export interface LintResult {
  readonly files: number;
  readonly objects: number;
  /** Kinds of which no rule judged an object that holds no pods; the most frequent first. */
  readonly unjudged: readonly Unjudged[];
  readonly findings: readonly Finding[];
  /** Files or documents that could not be read, as `file:line: message`. */
  readonly problems: readonly string[];
}

/** A kind that no rule knows, and that no list calls harmless. */
export interface Unjudged {
  readonly apiVersion: string;
  readonly kind: string;
  /** `file:line` of the document of each of its objects. */
  readonly locations: readonly string[];
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
 * of all files together. `-` is the standard input. `onFile` is told each file before it is read.
 * Throws RangeError for a path that leads nowhere.
 */
export function lintManifests(
  paths: readonly string[],
  rules: readonly Rule[],
  config: PackConfig,
  input: () => string,
  onFile: (file: string) => void = () => {},
): LintResult {
  const locations = new Map<ResourceView, string>();
  const problems: string[] = [];
  const files = manifestFiles(paths);
  const contents = files.map((file) => {
    onFile(file);
    return { file, ...documents(file === "-" ? input() : readFileSync(file, "utf8")) };
  });
  const patches = patchFiles(contents);
  for (const { file, documents: found, problems: unread } of contents) {
    if (patches.has(resolve(file))) continue;
    problems.push(...unread.map(({ line, message }) => `${file}:${line}: ${message}`));
    for (const { line, content } of found) {
      if (isKustomization(file, content)) continue;
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
  const unjudged = byKind([...locations].filter(([resource]) => !isLookedAt(resource, rules)));
  return { files: files.length, objects: locations.size, unjudged, findings, problems };
}

function byKind(objects: readonly (readonly [ResourceView, string])[]): Unjudged[] {
  const kinds = new Map<string, Unjudged>();
  for (const [{ type, props }, location] of objects) {
    const { locations } = kinds.get(type) ?? { locations: [] };
    kinds.set(type, {
      apiVersion: text(props, "apiVersion") ?? "",
      kind: text(props, "kind") ?? "",
      locations: [...locations, location],
    });
  }
  return [...kinds.values()].sort((a, b) => b.locations.length - a.locations.length);
}

/** Whether a rule judges an object, by its kind or by its pods, or none has to. */
function isLookedAt(resource: ResourceView, rules: readonly Rule[]): boolean {
  return (
    isHarmless(resource.type) || isJudged(rules, resource.type) || podSpecs(resource).length > 0
  );
}

const endings = [".yaml", ".yml", ".json"];
const skipped = ["node_modules", ".git"];

/**
 * Manifest files under the given paths, sorted within each: a file and `-` are taken as they are, a folder with
 * all that is in it. Throws RangeError for a path that leads nowhere.
 */
function manifestFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (path === "-") return [path];
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

function report(result: LintResult, terminal: Terminal): ExitCode {
  const { files, objects, unjudged, findings, problems } = result;
  for (const problem of problems) terminal.complain(`${problem} (unreadable)`);
  if (objects === 0 && problems.length === 0)
    terminal.complain(
      "no Kubernetes object found: a manifest ends with .yaml, .yml or .json and has apiVersion and kind",
    );
  const mandatory = findings.filter(
    ({ violation }) => violation.enforcement === "mandatory",
  ).length;
  const found = findings.map(({ location, violation: { rule, enforcement, message } }) => ({
    location: location ?? null,
    rule: rule.name,
    enforcement,
    severity: rule.severity,
    message,
    remediation: rule.remediation,
  }));
  terminal.result({ files, objects, unjudged, findings: found, unreadable: problems }, [
    ...findings.map(lineOf),
    ...(unjudged.length === 0 ? [] : [unjudgedLine(unjudged, objects)]),
    `${count(files, "file")}, ${count(objects, "object")}: ${mandatory} mandatory, ${findings.length - mandatory} advisory, ${problems.length} unreadable`,
  ]);
  if (problems.length > 0 || objects === 0) return 2;
  return mandatory > 0 ? 1 : 0;
}

function unjudgedLine(unjudged: readonly Unjudged[], objects: number): string {
  const number = unjudged.reduce((sum, { locations }) => sum + locations.length, 0);
  const kinds = unjudged.map(
    ({ apiVersion, kind, locations }) => `${locations.length} ${kind} (${apiVersion})`,
  );
  return `${number} of ${objects} not judged: ${kinds.join(", ")}`;
}

function lineOf({ location, violation }: Finding): string {
  const { rule, enforcement, message } = violation;
  return `${location ?? "(all files)"}: ${enforcement} ${rule.name} (${rule.severity}): ${message}\n    ${rule.remediation}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Shows a person which file is read, on one line that is wiped when all are. */
function progressOn(stream: NodeJS.WriteStream) {
  if (!stream.isTTY) return { onFile: () => undefined, wipe: () => undefined };
  return {
    onFile: (file: string) => void stream.write(`\r\u001b[Kreading ${file}`),
    wipe: () => void stream.write("\r\u001b[K"),
  };
}

/** A stack may have no configuration; a file that somebody names must be there. */
function namedConfig(file: string): ReturnType<typeof packConfig> {
  readInput(file);
  return packConfig(file);
}

export const verb: CommandLine = {
  details: "Takes any YAML or JSON of Kubernetes, also what Helm or kustomize write.",
  examples: ["k8s/", "--json < manifests.yaml", "k8s/ --config policies/config/dev.json"],
  define: (command, terminal) =>
    command
      .argument("[files...]", "files, folders, or - for standard input (default)")
      .option("--config <file>", "configuration of the policy pack (default: that of prod)")
      .option("--json", jsonHelp)
      .action((paths, { config }) => {
        if (paths.length === 0 && process.stdin.isTTY)
          throw new RangeError("name files or folders, or send manifests to standard input");
        const { onFile, wipe } = progressOn(process.stderr);
        const result = lintManifests(
          paths.length === 0 ? ["-"] : paths,
          rules,
          config === undefined ? {} : namedConfig(config),
          () => terminal.input(),
          onFile,
        );
        wipe();
        terminal.exitCode = report(result, terminal);
      }),
};
