import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { z } from "zod";

const walkSchema = z.strictObject({
  title: z.string(),
  /** Most files that the walk may take. */
  atMost: z.int().positive(),
  steps: z
    .array(
      z.strictObject({
        /** From the repository's root. */
        path: z.string(),
        /** What happens there, in one line. */
        does: z.string(),
        /**
         * How an earlier file names this one, where it neither imports it nor has its path: a
         * command of a container, or a key that both read.
         */
        by: z.string().min(3).optional(),
      }),
    )
    .min(2),
});
export type Walk = z.infer<typeof walkSchema>;

/** The walks of `docs/walks.json`: files to open, in order, to follow one thing to its end. */
export function loadWalks(project: string): Walk[] {
  return z
    .array(walkSchema)
    .parse(JSON.parse(readFileSync(join(project, "docs", "walks.json"), "utf8")));
}

/** The walks as Markdown, with the number of files of each. */
export function walksMarkdown(walks: readonly Walk[]): string {
  return walks
    .map(({ title, atMost, steps }) =>
      [
        `### ${title}: ${steps.length} files`,
        "",
        `At most ${atMost}.`,
        "",
        ...steps.map(({ path, does }) => `1. [\`${path}\`](../${path}): ${does}`),
        "",
      ].join("\n"),
    )
    .join("\n")
    .trimEnd();
}

/** What is wrong with a walk: a file that does not exist, or that no earlier file leads to. */
export function walkProblems(walk: Walk, project: string): string[] {
  const paths = walk.steps.map(({ path }) => path);
  const problems = paths
    .filter((path, i) => paths.indexOf(path) !== i)
    .map((path) => `${path} is there twice`);
  const missing = paths.filter((path) => !existsSync(join(project, path)));
  if (missing.length > 0) return [...problems, ...missing.map((path) => `${path} does not exist`)];
  if (paths.length > walk.atMost)
    problems.push(`has ${paths.length} files, at most ${walk.atMost}`);
  const files = walk.steps.map(({ path, by }) => new WalkedFile(project, path, by));
  for (const [i, file] of files.entries())
    if (i > 0 && !files.slice(0, i).some((earlier) => leads(earlier, file)))
      problems.push(`${file.path}: no earlier file imports it or names it, nor the other way`);
  return problems;
}

/** A reader follows an import in either direction: to what a file uses, or to who uses it. */
function leads(earlier: WalkedFile, file: WalkedFile): boolean {
  return (
    earlier.reaches(file) ||
    file.reaches(earlier) ||
    (file.by !== undefined && earlier.text.includes(file.by))
  );
}

class WalkedFile {
  readonly text: string;
  private readonly imports: ReadonlySet<string>;

  constructor(
    project: string,
    readonly path: string,
    readonly by: string | undefined,
  ) {
    this.text = readFileSync(join(project, path), "utf8");
    this.imports = new Set(path.endsWith(".py") ? pythonImports(this) : moduleImports(this));
  }

  /** Whether it imports another file or has its path, name or Python module in its text. */
  reaches(other: WalkedFile): boolean {
    return (
      this.imports.has(other.path) ||
      this.text.includes(other.path) ||
      (/\.(json|ya?ml|lock)$/.test(other.path) && this.text.includes(basename(other.path))) ||
      (other.path.endsWith(".py") && named(this.text, moduleOf(other.path)))
    );
  }
}

function* moduleImports({ path, text }: { path: string; text: string }): Generator<string> {
  for (const [, target = ""] of text.matchAll(/(?:from|import\(|require\() ?"(\.[^"]*)"/g)) {
    const to = normalize(join(dirname(path), target));
    yield* [to, `${to}.ts`, `${to}/index.ts`, `${to}.mjs`];
  }
}

const pythonRoot = "services/training";

function* pythonImports({ path, text }: { path: string; text: string }): Generator<string> {
  for (const [, dots = "", module = "", many = "", few = ""] of text.matchAll(
    /^\s*from (\.+)([\w.]*) import (?:\(([^)]*)\)|(.+))/gm,
  )) {
    const base = join(dirname(path), ...Array<string>(dots.length - 1).fill(".."));
    const to = join(base, ...module.split("."));
    yield* [`${to}.py`, `${to}/__init__.py`];
    for (const name of `${many} ${few}`.split(/[\s,]+/)) yield `${to}/${name}.py`;
  }
}

function moduleOf(path: string): string {
  return path
    .slice(pythonRoot.length + 1)
    .replace(/(\/__(init|main)__)?\.py$/, "")
    .replaceAll("/", ".");
}

/** Whether a text has the name as a whole: not as the beginning of a longer one. */
function named(text: string, name: string): boolean {
  return name.includes(".") && new RegExp(`\\b${name.replaceAll(".", "\\.")}(?![\\w.])`).test(text);
}
