import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Option } from "@commander-js/extra-typings";
import { runProgram } from "../../cli/command";

const programs = { plan: "main.ts", server: "server.ts" } as const;
type Program = keyof typeof programs;
const names: readonly Program[] = ["plan", "server"];

/** A limit of the plan that was not kept is no reason to leave the server out. */
function measure(chosen: readonly Program[]): 0 | 1 {
  const codes = chosen.map(
    (name) =>
      spawnSync(process.execPath, ["--import", "tsx", join(__dirname, programs[name])], {
        stdio: "inherit",
      }).status,
  );
  return codes.every((code) => code === 0) ? 0 : 1;
}

void runProgram("npm run bench --", "time the plan, and the model server beside its peers", {
  details:
    "Prints each limit with what was measured, and ends with 1 where one was not kept. Takes minutes, and two cores that nobody else uses.",
  examples: ["", "--only plan"],
  define: (command, terminal) =>
    command
      .addOption(new Option("--only <program>", "measure one of them").choices(names))
      .action(({ only }) => {
        terminal.exitCode = measure(only === undefined ? names : [only]);
      }),
});
