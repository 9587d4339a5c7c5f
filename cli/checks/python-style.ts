import { spawnSync } from "node:child_process";
import { join } from "node:path";
import {
  ensureEnvironment,
  PythonMissing,
  trainingFolder,
} from "../../services/training/environment";

const folders = ["services", "cli", "lab", "test"];
const steps = [
  ["check", "--output-format", "concise"],
  ["format", "--check"],
] as const;

/**
 * Judges all Python below the working directory by ruff, under the rules of the training package;
 * both steps run, so that one call tells all.
 * @returns whether ruff finds nothing
 */
async function main(): Promise<boolean> {
  const { python } = await ensureEnvironment({ tests: true, report: (line) => console.log(line) });
  const paths = folders.map((folder) => join(process.cwd(), folder));
  const configuration = ["--no-cache", "--config", join(trainingFolder, "pyproject.toml")];
  const failed = steps.filter((step) => {
    console.log(`ruff ${step[0]}`);
    const args = ["-m", "ruff", ...step, ...configuration, ...paths];
    return spawnSync(python, args, { cwd: trainingFolder, stdio: "inherit" }).status !== 0;
  });
  return failed.length === 0;
}

main().then(
  (clean) => (process.exitCode = clean ? 0 : 1),
  (error: unknown) => {
    if (error instanceof PythonMissing) console.log(`Python style left out: ${error.message}`);
    else {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 2;
    }
  },
);
