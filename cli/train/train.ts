import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureEnvironment, type Environment } from "../../services/training/environment";
import type { CommandLine } from "../command";
import { UsageError } from "../exit-codes";

function steps({ python, variables }: Environment, argv: readonly string[]): number {
  return (
    spawnSync(python, ["-m", "causeway_training", ...argv], {
      cwd: join(__dirname, "..", ".."),
      env: { ...process.env, ...variables },
      stdio: "inherit",
    }).status ?? 1
  );
}

/** The steps have said why themselves, and their exit codes mean what those of a verb do. */
function endOf(code: number): 0 | 1 | 2 | 3 {
  return code === 0 || code === 2 || code === 3 ? code : 1;
}

export const verb: CommandLine = {
  details: `Steps and their options: services/training/README.md, and \`npx causeway train help\`. Paths are from the root of the repository.
The Python environment of the lock is made on the first run (Python 3.10 to 3.13). Ends with 3 where a gate did not hold.`,
  examples: [
    "all --contract services/models/loan-approval/model.yaml --run out/run --to out/release",
    "help",
  ],
  define: (command, terminal) =>
    command
      .argument("<step>", "one step, all, or help")
      .argument("[options...]", "options of the step")
      .passThroughOptions()
      .allowUnknownOption()
      .action(async (step, options) => {
        if (step.startsWith("-"))
          throw new UsageError(
            `step: got ${step}, allowed: all, help, or a step before its options`,
          );
        const environment = await ensureEnvironment({ report: terminal.complain });
        const given = step === "help" ? ["--help"] : [step, ...options];
        terminal.exitCode = endOf(steps(environment, given));
      }),
};
