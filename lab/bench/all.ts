import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { commandLine, runCommand, unusable } from "../../cli/command-line";

const programs = { plan: "main.ts", server: "server.ts" } as const;
const usage = `npm run bench -- [--only ${Object.keys(programs).join("|")}]

Times the plan, and then the model server beside FastAPI and MLServer on a core of its own; prints each limit with what was measured.
Takes minutes, and two cores that nobody else uses.

Exit codes: 0 every limit was kept, 1 one was not, 2 it could not be measured.`;

void runCommand((argv) => {
  const { values } = commandLine(argv, { usage, options: { only: { type: "string" } } });
  const chosen = Object.entries(programs).filter(
    ([name]) => values.only === undefined || name === values.only,
  );
  if (chosen.length === 0)
    throw unusable(
      `--only: got ${values.only}, allowed: ${Object.keys(programs).join(", ")}`,
      usage,
    );
  for (const [, file] of chosen) {
    const { status } = spawnSync(process.execPath, ["--import", "tsx", join(__dirname, file)], {
      stdio: "inherit",
    });
    if (status !== 0) return status ?? 1;
  }
  return 0;
});
