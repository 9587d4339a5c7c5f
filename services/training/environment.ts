import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { sha256 } from "../contract/digests";

/** Folder of the Python package; put it on PYTHONPATH to run `python -m causeway_training`. */
export const trainingFolder = __dirname;

const oldest = 10;
const newest = 13;
const candidates = ["python3", "python3.12", "python3.11", "python3.13", "python3.10", "python"];
const probe = "import ensurepip, sys, venv; print(*sys.version_info[:2])";
const abandonedAfterMilliseconds = 60 * 60 * 1_000;

/** A Python interpreter with the locked packages. */
export interface Environment {
  /** Path of the interpreter. */
  readonly python: string;
  /**
   * Variables that a child process needs besides its own: the package's path, one thread per
   * process, compiled files kept in the cache.
   */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether this call installed it. */
  readonly installed: boolean;
}

/** Thrown when no suitable Python is on PATH; its message is one line for a person. */
export class PythonMissing extends Error {
  constructor() {
    super(
      `Python 3.${oldest} to 3.${newest} with its venv module is not on PATH: install it (on Debian and Ubuntu: apt-get install python3-venv) to train and rehearse models`,
    );
    this.name = "PythonMissing";
  }
}

export interface EnvironmentOptions {
  /** Takes each progress line. */
  readonly report: (line: string) => void;
  /** Adds what the Python tests need. @default false */
  readonly tests?: boolean;
  /** Where environments are kept. @default CAUSEWAY_CACHE, else ~/.cache/causeway */
  readonly cache?: string;
}

/**
 * Finds or makes the Python environment of the training steps.
 *
 * It is kept outside of the repository under a name that holds the digest of the lock, so another
 * lock makes another environment. It is built beside its final place and renamed when it is
 * complete: a killed installation leaves nothing that could be taken for a whole one. Throws {@link
 * PythonMissing} without a suitable Python, and Error with pip's last lines when packages cannot be
 * installed.
 */
export async function ensureEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const cache = options.cache ?? defaultCache();
  const { full, lean } = places(cache);
  const ready = (options.tests === true ? [full] : [lean, full]).find(isReady);
  if (ready !== undefined) return environment(ready, false);
  const target = options.tests === true ? full : lean;
  const lock = options.tests === true ? "requirements-test.lock" : "requirements.lock";
  await install(target, join(trainingFolder, lock), cache, options.report);
  return environment(target, true);
}

/**
 * An interpreter with the packages of another lock, kept as {@link ensureEnvironment} keeps its own:
 * for a program that does not belong to the training steps.
 */
export async function ensureInterpreter(
  lock: string,
  { report, cache = defaultCache() }: Omit<EnvironmentOptions, "tests">,
): Promise<string> {
  const target = placeOf(lock, cache);
  if (!isReady(target)) await install(target, lock, cache, report);
  return interpreter(target);
}

/** The interpreter of {@link ensureInterpreter} if it is there already; installs nothing. */
export function existingInterpreter(
  lock: string,
  cache: string = defaultCache(),
): string | undefined {
  const place = placeOf(lock, cache);
  return isReady(place) ? interpreter(place) : undefined;
}

function placeOf(lock: string, cache: string): string {
  return join(cache, `python-${sha256(readFileSync(lock)).slice(0, 16)}`);
}

/**
 * The environment of the current lock if it is there already, the one with the tests' packages
 * first; installs nothing.
 */
export function existingEnvironment(cache: string = defaultCache()): Environment | undefined {
  const { full, lean } = places(cache);
  const ready = [full, lean].find(isReady);
  return ready === undefined ? undefined : environment(ready, false);
}

function defaultCache(): string {
  return process.env["CAUSEWAY_CACHE"] ?? join(homedir(), ".cache", "causeway");
}

/** Folders of the environments of the current lock: with what the tests need, and without. */
function places(cache: string): { readonly full: string; readonly lean: string } {
  return {
    full: join(
      cache,
      `python-${lockDigest(["requirements.lock", "requirements-test.lock"])}-tests`,
    ),
    lean: join(cache, `python-${lockDigest(["requirements.lock"])}`),
  };
}

/** First interpreter on PATH that is new enough, not too new, and can make environments. */
export function findPython(names: readonly string[] = candidates): string | undefined {
  return names.find((name) => {
    const found = spawnSync(name, ["-c", probe], {
      encoding: "utf8",
      env: process.env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const match = /^3 (\d+)$/.exec(String(found.stdout ?? "").trim());
    return (
      found.status === 0 &&
      match !== null &&
      Number(match[1]) >= oldest &&
      Number(match[1]) <= newest
    );
  });
}

async function install(
  target: string,
  lock: string,
  cache: string,
  report: (line: string) => void,
): Promise<void> {
  const python = findPython();
  if (python === undefined) throw new PythonMissing();
  const started = Date.now();
  mkdirSync(cache, { recursive: true });
  sweep(cache);
  const partial = mkdtempSync(join(cache, ".partial-python-"));
  try {
    report("Python environment: making it (once per lock)");
    await run(python, ["-m", "venv", partial]);
    await installPackages(partial, lock, report);
    writeFileSync(join(partial, "ready"), `${lock}\n`);
    if (!isReady(target)) moveInto(partial, target);
    report(`Python environment: ready after ${Math.round((Date.now() - started) / 1_000)} s`);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Renames into place; when another process was faster, its environment is as good. */
function moveInto(partial: string, target: string): void {
  try {
    renameSync(partial, target);
  } catch (error) {
    if (!isReady(target)) throw error;
  }
}

async function installPackages(
  folder: string,
  lock: string,
  report: (line: string) => void,
): Promise<void> {
  const total = readFileSync(lock, "utf8")
    .split("\n")
    .filter((line) => /^[a-z0-9].*==/i.test(line)).length;
  let seen = 0;
  let told = 0;
  await run(
    interpreter(folder),
    [
      "-m",
      "pip",
      "install",
      "--require-hashes",
      "--only-binary",
      ":all:",
      "--disable-pip-version-check",
      "--no-input",
      "--progress-bar",
      "off",
      "--no-compile",
      "-r",
      lock,
    ],
    (line) => {
      if (line.startsWith("Collecting ")) seen += 1;
      if (line.startsWith("Installing collected packages")) report("Python environment: unpacking");
      else if (seen >= told + 10)
        report(`Python environment: ${(told = seen)} of about ${total} packages`);
    },
  );
}

/** Runs a command; rejects with its last lines of output when it fails. */
function run(
  command: string,
  args: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: process.env, stdio: ["ignore", "pipe", "pipe"] });
    const last: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        last.push(line);
        if (last.length > 12) last.shift();
        onLine(line);
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) =>
      code === 0
        ? resolve()
        : reject(
            new Error(
              `${command} ${args.slice(0, 3).join(" ")} ended with ${signal ?? `exit code ${code}`}:\n${last.join("\n")}`,
            ),
          ),
    );
  });
}

function environment(folder: string, installed: boolean): Environment {
  // Modules are compiled when first imported, into the environment: compiling all of them would
  // double the time of installing.
  const variables = {
    PYTHONPATH: trainingFolder,
    PYTHONPYCACHEPREFIX: join(folder, "compiled"),
    OMP_NUM_THREADS: "1",
    OPENBLAS_NUM_THREADS: "1",
  };
  return { python: interpreter(folder), variables, installed };
}

function interpreter(folder: string): string {
  return process.platform === "win32"
    ? join(folder, "Scripts", "python.exe")
    : join(folder, "bin", "python");
}

function isReady(folder: string): boolean {
  return existsSync(join(folder, "ready"));
}

function lockDigest(names: readonly string[]): string {
  const locks = names.map((name) => readFileSync(join(trainingFolder, name)));
  return sha256(Buffer.concat(locks)).slice(0, 16);
}

/** Removes what installations that were killed long ago left behind. */
function sweep(cache: string): void {
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith(".partial-python-"))) {
    const folder = join(cache, name);
    if (Date.now() - statSync(folder).mtimeMs > abandonedAfterMilliseconds)
      rmSync(folder, { recursive: true, force: true });
  }
}
