import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../../services/contract/digests";
import { findPython, PythonMissing } from "../../../services/training/environment";

export const peersFolder = join(__dirname, "peers");

/**
 * The Python environment of the peers, made once for each list of requirements, outside of the
 * repository. Returns its interpreter (its scripts name the folder that it was made in). Throws
 * PythonMissing without Python, and Error when a package cannot be installed.
 */
export function ensurePeers(report: (line: string) => void): string {
  const requirements = join(peersFolder, "requirements.txt");
  const digest = sha256(readFileSync(requirements)).slice(0, 16);
  const cache = process.env["CAUSEWAY_CACHE"] ?? join(homedir(), ".cache", "causeway");
  const target = join(cache, `bench-peers-${digest}`);
  if (existsSync(join(target, "ready"))) return join(target, "bin", "python");
  const python = findPython();
  if (python === undefined) throw new PythonMissing();
  report("FastAPI and MLServer: installing (once)");
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, ".partial-python-"));
  try {
    execFileSync(python, ["-m", "venv", partial]);
    execFileSync(
      join(partial, "bin", "python"),
      [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--only-binary",
        ":all:",
        "-r",
        requirements,
      ],
      { stdio: ["ignore", "ignore", "inherit"] },
    );
    writeFileSync(join(partial, "ready"), "");
    renameSync(partial, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return join(target, "bin", "python");
}
