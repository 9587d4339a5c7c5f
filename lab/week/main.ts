import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadContract } from "../../services/contract/load";
import { ensureEnvironment, PythonMissing } from "../../services/training/environment";
import { runProgram, wholeNumber, type CommandLine } from "../../cli/command";
import type { Terminal } from "../../cli/terminal";
import { ensureTool } from "../../test/harness/toolchain/ensure";
import { TOOLS } from "../../test/harness/toolchain/pins";
import { modelFolder, modelsFolder } from "../../test/harness/fixtures";
import { endChildrenWithUs } from "../../cli/rehearse/children";
import { Progress } from "../../cli/rehearse/progress";
import { applicationsOf, readTable } from "../../cli/rehearse/rows";
import { scenarios } from "../../cli/rehearse/scenarios";
import { Workspace } from "../../cli/rehearse/workspace";
import { weekPage } from "./report";
import { table } from "./table";
import { Week, type WeekOptions } from "./week";

const model = "loan-approval";
const project = resolve(__dirname, "..", "..");

/**
 * A copy of what the servers run from: they are started anew for minutes, and the working tree may
 * change meanwhile.
 */
function frozen(work: string, server: string, key: string, modelFolder: string): string {
  const image = join(work, "image");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(image, { recursive: true });
  cpSync(server, join(image, "server"), { recursive: true, verbatimSymlinks: true });
  cpSync(join(modelFolder, "model.yaml"), join(image, "model.yaml"));
  cpSync(join(modelFolder, "release"), join(image, "release"), { recursive: true });
  cpSync(key, join(image, "key"));
  return image;
}

/** Where a server finds its files in that copy. */
function serverIn(image: string): WeekOptions["server"] {
  return {
    program: join(image, "server", "server.js"),
    contractFile: join(image, "model.yaml"),
    releaseFolder: join(image, "release"),
    keyFile: join(image, "key"),
  };
}

/** What is simulated. */
interface Given {
  readonly seed: number;
  readonly weeks: number;
  readonly perDay: number;
  readonly out: string;
}

async function simulate(given: Given, say: (line: string) => void): Promise<void> {
  endChildrenWithUs();
  const contract = loadContract(modelsFolder, model);
  const champion = scenarios[model]?.champion;
  if (champion === undefined) throw new RangeError(`${model}: no scenario of it`);
  const progress = new Progress(say);
  // The rehearsal's own folder and recipe: what it trained is not trained again.
  const work = join(project, "out", "rehearsal", model);
  const workspace = new Workspace({
    modelFolder,
    work,
    contract,
    environment: await ensureEnvironment({ report: say }),
    seed: 0,
    progress,
  });
  workspace.compile();
  await workspace.train("champion", champion);
  const rows = ["train.csv", "holdout.csv"].flatMap((file) =>
    readTable(join(workspace.runOf("champion"), "prepare", file)),
  );
  const image = frozen(
    join(project, "out", "week"),
    join(work, "server"),
    join(work, "key"),
    modelFolder,
  );
  const week = new Week({
    seed: given.seed,
    weeks: given.weeks,
    perDay: given.perDay,
    contract,
    applications: applicationsOf(rows, contract),
    server: serverIn(image),
    prometheus: await ensureTool(TOOLS.prometheus),
    work: join(project, "out", "week"),
    line: (text) => progress.line(text),
  });
  const result = await week.run();
  const out = join(project, given.out);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "week.json"), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(out, "week.html"), weekPage(result));
  say(
    `\n${table(result)}\n\n${result.predictions.toLocaleString("en-US")} predictions in ${result.seconds.toFixed(0)} s\nreport: ${join(out, "week.html")}`,
  );
}

async function run(given: Given, terminal: Terminal): Promise<void> {
  try {
    await simulate(given, terminal.print);
  } catch (error) {
    if (!(error instanceof PythonMissing)) throw error;
    terminal.print(`week left out: ${error.message}`);
  }
}

const line: CommandLine = {
  details:
    "How soon each alert tells of an event, how often it is wrong, and the same for a fixed threshold and a plain 3-sigma rule. Where Python 3.10 to 3.13 is missing it says so and does nothing.",
  examples: ["", "--weeks 4 --seed 1"],
  define: (command, terminal) =>
    command
      .option("--seed <n>", "seed of all that is drawn", wholeNumber(0, 2 ** 31 - 1), 0)
      .option("--weeks <n>", "clean weeks before the events", wholeNumber(2, 8), 2)
      .option("--per-day <n>", "applications on a usual Wednesday", wholeNumber(100, 20_000), 3_000)
      .option("--out <folder>", "where week.html and week.json go", "out")
      .action((given) => run(given, terminal)),
};

void runProgram(
  "npm run week --",
  "weeks of simulated traffic through the real model server and the real Prometheus",
  line,
);
