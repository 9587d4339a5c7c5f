import {
  chmodSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ensureEnvironment,
  ensureInterpreter,
  existingInterpreter,
  findPython,
  PythonMissing,
} from "../../../services/training/environment";

/**
 * Stands in for an interpreter: answers the probe, makes a "venv" of itself, and its pip prints
 * what pip prints.
 */
const script = (version: string, pip: string) => `#!/bin/sh
case "$1 $2" in
  "-c "*) echo "${version}" ;;
  "-m venv") /bin/mkdir -p "$3/bin" && /bin/cp "$0" "$3/bin/python" ;;
  "-m pip") ${pip} ;;
esac
`;
const collects =
  'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "Collecting package$i"; done; echo "Installing collected packages: all"';

let folder = "";
let path: string | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-environment-"));
  mkdirSync(join(folder, "bin"));
  path = process.env["PATH"];
  process.env["PATH"] = join(folder, "bin");
});

afterEach(() => {
  process.env["PATH"] = path;
  rmSync(folder, { recursive: true, force: true });
});

function provide(name: string, version: string, pip = collects): void {
  writeFileSync(join(folder, "bin", name), script(version, pip));
  chmodSync(join(folder, "bin", name), 0o755);
}

const ensure = (lines: string[] = [], tests = false) =>
  ensureEnvironment({ cache: join(folder, "cache"), report: (line) => lines.push(line), tests });
const kept = () => readdirSync(join(folder, "cache"));

test.each([
  ["3 9", undefined],
  ["3 10", "python3"],
  ["3 13", "python3"],
  ["3 14", undefined],
  ["2 7", undefined],
  ["", undefined],
])("takes an interpreter of version '%s' as %s", (version, expected) => {
  provide("python3", version);
  expect(findPython()).toBe(expected);
});

test("prefers whatever is new enough over a python3 that is too new", () => {
  provide("python3", "3 14");
  provide("python3.12", "3 12");
  expect(findPython()).toBe("python3.12");
});

test("says in one line that Python is missing", async () => {
  const failure = await ensure().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PythonMissing);
  expect(String(failure)).toMatch(
    /^PythonMissing: Python 3\.10 to 3\.13 with its venv module is not on PATH: install it/,
  );
  expect(String(failure)).not.toContain("\n");
});

test("installs once, with progress, and finds it again", async () => {
  provide("python3", "3 11");
  const lines: string[] = [];
  const first = await ensure(lines);
  expect(first.installed).toBe(true);
  expect(first.python).toMatch(/cache\/python-[0-9a-f]{16}\/bin\/python$/);
  expect(existsSync(first.python)).toBe(true);
  expect(lines[0]).toBe("Python environment: making it (once per lock)");
  expect(lines).toContainEqual(
    expect.stringMatching(/^Python environment: 10 of about \d+ packages$/),
  );
  expect(lines.at(-1)).toMatch(/^Python environment: ready after \d+ s$/);
  expect(await ensure()).toEqual({ ...first, installed: false });
});

test("the environment of the tests serves everything else too", async () => {
  provide("python3", "3 11");
  const full = await ensure([], true);
  expect(full.python).toMatch(/-tests\/bin\/python$/);
  expect(await ensure()).toEqual({ ...full, installed: false });
  expect(kept()).toHaveLength(1);
});

test("an installation that fails says what pip said and leaves nothing behind", async () => {
  provide("python3", "3 11", 'echo "ERROR: no matching distribution" >&2; exit 1');
  await expect(ensure()).rejects.toThrow(
    /pip install ended with exit code 1:\nERROR: no matching distribution/,
  );
  expect(kept()).toEqual([]);
});

test("two processes that install at once end with one environment", async () => {
  provide("python3", "3 11");
  const [one, two] = await Promise.all([ensure(), ensure()]);
  expect(one.python).toBe(two.python);
  expect(kept()).toHaveLength(1);
});

test("an interpreter of another lock is found once it is made, and not before", async () => {
  provide("python3", "3 11");
  const cache = join(folder, "cache");
  const lock = join(folder, "other.lock");
  writeFileSync(lock, "left==1.0.0\n");
  expect(existingInterpreter(lock, cache)).toBeUndefined();
  const made = await ensureInterpreter(lock, { report: () => undefined, cache });
  expect(existingInterpreter(lock, cache)).toBe(made);
  writeFileSync(lock, "left==1.0.1\n");
  expect(existingInterpreter(lock, cache)).toBeUndefined();
});
