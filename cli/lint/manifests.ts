import { load, YAMLException } from "js-yaml";
import { maximumAliases } from "../../services/contract/yaml";
import { at, list, text } from "../../policies/resources";
import type { ResourceView } from "../../policies/rule";

/** One document of a file. */
export interface ManifestDocument {
  /** Line on which its content starts, from 1. */
  readonly line: number;
  readonly content: unknown;
}

/** What is wrong with a file, and where. */
export interface DocumentProblem {
  readonly line: number;
  readonly message: string;
}

/**
 * Documents of a YAML or JSON text, with the lines that they start on, or what is wrong with each
 * that cannot be read.
 */
export function documents(source: string): {
  readonly documents: ManifestDocument[];
  readonly problems: DocumentProblem[];
} {
  const problems: DocumentProblem[] = [];
  const found = parts(source).flatMap(({ text, line }): ManifestDocument[] => {
    // A part of comments alone, as Helm leaves behind, is no document.
    if (/^(\s*(#.*)?\n?)*$/.test(text)) return [];
    try {
      return [{ line, content: load(text, { maxAliases: maximumAliases }) }];
    } catch (error) {
      if (!(error instanceof YAMLException)) throw error;
      problems.push({ line: line + (error.mark?.line ?? 0), message: said(error) });
      return [];
    }
  });
  return { documents: found, problems };
}

/** What the parser says of a text, and of a key that is there twice, which one it is. */
function said({ reason, mark }: YAMLException): string {
  if (reason !== "duplicated mapping key" || mark === undefined) return reason;
  const { buffer, position } = mark;
  const quote = /["']/.exec(buffer.charAt(position - 1))?.[0];
  const end = quote === undefined ? /\s*(?::\s|:?$|[,}\]])/m : new RegExp(quote);
  const [key = ""] = buffer.slice(position).split(end, 1);
  return `duplicated mapping key ${JSON.stringify(key)}`;
}

/**
 * Splits at the document markers, which YAML allows only at the start of a line. Each part starts
 * at its first line with content.
 */
function parts(source: string): { readonly text: string; readonly line: number }[] {
  const result: { lines: string[]; line: number }[] = [{ lines: [], line: 1 }];
  source.split(/\r?\n/).forEach((line, index) => {
    const current = result[result.length - 1];
    if (/^(---(\s|$)|\.\.\.\s*$)/.test(line))
      result.push({ lines: [line.startsWith("---") ? line.slice(3) : ""], line: index + 1 });
    else current?.lines.push(line);
  });
  return result.map(({ lines, line }) => {
    const first = Math.max(
      0,
      lines.findIndex((content) => !/^\s*(#.*)?$/.test(content)),
    );
    return { text: lines.slice(first).join("\n"), line: line + first };
  });
}

/**
 * The Kubernetes objects of one document: itself, or the items of a list. Throws RangeError for
 * what is no object.
 */
export function resourcesOf(content: unknown): ResourceView[] {
  if (Array.isArray(content)) return content.flatMap(resourcesOf);
  const apiVersion = text(content, "apiVersion");
  const kind = text(content, "kind");
  if (apiVersion === undefined || kind === undefined)
    throw new RangeError(
      `a Kubernetes object must have apiVersion and kind, got ${apiVersion === undefined ? "no apiVersion" : "no kind"}`,
    );
  if (kind.endsWith("List") && Array.isArray(at(content, "items")))
    return list(content, "items").flatMap(resourcesOf);
  return [
    {
      type: typeToken(apiVersion, kind),
      name: text(content, "metadata.name") ?? text(content, "metadata.generateName") ?? "(no name)",
      props: propsOf(content),
    },
  ];
}

/**
 * The type token that the Pulumi provider gives the kind, e.g. `kubernetes:core/v1:Pod` or
 * `kubernetes:rbac.authorization.k8s.io/v1:Role`.
 */
export function typeToken(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

function propsOf(content: unknown): ResourceView["props"] {
  return typeof content === "object" && content !== null
    ? Object.fromEntries(Object.entries(content))
    : {};
}
