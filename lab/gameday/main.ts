import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import program from "../../infra/index";
import { seconds } from "../../services/contract/units";
import { runProgram, type CommandLine } from "../../cli/command";
import { UsageError } from "../../cli/exit-codes";
import type { Terminal } from "../../cli/terminal";
import { planStack } from "../../cli/plan/plan";
import { viewOf } from "../../cli/plan/resource";
import { participantsOf, passed, playAll, type Played } from "./gameday";
import { gamedayPage } from "./report";

const project = resolve(__dirname, "..", "..");

/** The lines about one scenario. */
export function linesOf({ scenario, findings, observation }: Played): string[] {
  return [
    `${scenario.name}: ${scenario.text}`,
    ...observation.notes.map(({ second, text }) => `       ${second} s: ${text}`),
    ...findings.map(({ text, held }) => `  ${held ? "held " : "FAILED"} ${text}`),
  ];
}

async function run(
  { stack, out }: { readonly stack: string; readonly out: string },
  terminal: Terminal,
): Promise<void> {
  const plan = await planStack({ project, stack, program, rules: [] });
  const { recovery } = plan.config;
  if (recovery === undefined)
    throw new UsageError(`--stack: got ${stack}, allowed: a stack that declares causeway:recovery`);
  const participants = participantsOf(plan.resources.map(viewOf));
  const all = await playAll(participants, seconds(recovery.rto), (played) =>
    linesOf(played).forEach(terminal.print),
  );
  mkdirSync(join(project, out), { recursive: true });
  const page = join(project, out, "gameday.html");
  const regions = participants.map(({ region }) => region);
  writeFileSync(page, gamedayPage(stack, regions, all));
  const failed = all.filter((played) => !passed(played));
  terminal.print(`\n${all.length - failed.length} of ${all.length} held; report: ${page}`);
  terminal.exitCode = failed.length === 0 ? 0 : 1;
}

const line: CommandLine = {
  examples: ["--stack prod"],
  define: (command, terminal) =>
    command
      .option("--stack <name>", "stack whose plan is played", "prod")
      .option("--out <folder>", "where gameday.html goes", "out")
      .action((given) => run(given, terminal)),
};

if (require.main === module)
  void runProgram(
    "npx tsx lab/gameday/main.ts",
    "play what can go wrong with a region, on loopback, in simulated seconds",
    line,
  );
