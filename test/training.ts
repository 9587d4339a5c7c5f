import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureEnvironment, PythonMissing } from "../services/training/environment";

/**
 * Runs the tests of the training steps in their own Python environment, which it makes on the first
 * run.
 */
async function main(): Promise<number> {
  const { python, variables } = await ensureEnvironment({
    tests: true,
    report: (line) => console.log(line),
  });
  const given = process.argv.slice(2);
  // On every processor where all are asked for; a few are over before a second process has read the
  // libraries.
  const args = [
    "-m",
    "pytest",
    ...(given.length === 0 ? ["-n", "auto", "--dist", "loadfile"] : given),
  ];
  return (
    spawnSync(python, args, {
      cwd: join(__dirname, "..", "services", "training"),
      env: { ...process.env, ...variables },
      stdio: "inherit",
    }).status ?? 1
  );
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    if (!(error instanceof PythonMissing)) throw error;
    console.log(`training steps: tests skipped. ${error.message}`);
  },
);
