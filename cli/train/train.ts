import { spawnSync } from "node:child_process";
import { join } from "node:path";
import {
  ensureEnvironment,
  existingEnvironment,
  type Environment,
} from "../../services/training/environment";
import { runCommand, unusable } from "../command-line";

const usage = `npm run train -- <step> --contract services/models/<name>/model.yaml --run <folder or s3://...> [options]

Runs one training step, or all of them, in the Python environment of the lock, which it makes on the first run (Python 3.10 to 3.13).
Steps and options: services/training/README.md, and below once the environment is there. Paths are from the root of the repository.

  npm run train -- all --contract services/models/loan-approval/model.yaml --run out/run --to out/release

Exit codes: 0 done, 1 unexpected, 2 an input that cannot be used, 3 a gate that did not hold.`;

function steps({ python, variables }: Environment, argv: readonly string[]): number {
  return (
    spawnSync(python, ["-m", "causeway_training", ...argv], {
      cwd: join(__dirname, "..", ".."),
      env: { ...process.env, ...variables },
      stdio: "inherit",
    }).status ?? 1
  );
}

void runCommand(
  async (argv) => {
    if (argv.includes("--help") || argv.includes("-h")) {
      console.log(`${usage}\n`);
      const ready = existingEnvironment();
      return ready === undefined ? 0 : steps(ready, ["--help"]);
    }
    if (argv.length === 0)
      throw unusable(
        "step: got nothing, allowed: all, or one of services/training/README.md",
        usage,
      );
    return steps(await ensureEnvironment({ report: (line) => console.error(line) }), argv);
  },
  () => 2,
);
