import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadContract } from "../../services/contract/load";
import { ensureEnvironment, PythonMissing } from "../../services/training/environment";
import { commandLine, CommandLineEnd } from "../../cli/command-line";
import { ensureTool } from "../../test/harness/toolchain/ensure";
import { TOOLS } from "../../test/harness/toolchain/pins";
import { endChildrenWithUs } from "../../cli/rehearse/children";
import { Progress } from "../../cli/rehearse/progress";
import { applicationsOf, readTable } from "../../cli/rehearse/rows";
import { scenarios } from "../../cli/rehearse/scenarios";
import { Workspace } from "../../cli/rehearse/workspace";
import { weekPage } from "./report";
import { table } from "./table";
import { Week } from "./week";

const model = "loan-approval";
const project = resolve(__dirname, "..", "..");

const usage = `npm run week -- [options]

Weeks of simulated traffic through the real model server and the real Prometheus: how soon each alert tells of an event, how often it is
wrong, and the same for a fixed threshold and a plain 3-sigma rule.

  --seed N      seed of everything that is drawn                  (default: 0)
  --weeks N     clean weeks before the events, 2 to 8             (default: 2)
  --per-day N   applications on a usual Wednesday                 (default: 3000)
  --out FOLDER  where week.html and week.json go                  (default: out)

Exit codes: 0 done, or Python is missing and the week was left out; 2 it could not run.`;

function whole(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high)
    throw new RangeError(`--${name}: got ${text}, allowed: a whole number from ${low} to ${high}`);
  return value;
}

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

async function main(argv: readonly string[]): Promise<void> {
  const { values } = commandLine(argv, {
    usage,
    options: {
      seed: { type: "string", default: "0" },
      weeks: { type: "string", default: "2" },
      "per-day": { type: "string", default: "3000" },
      out: { type: "string", default: "out" },
    },
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const given = {
    seed: whole("seed", values.seed, 0, 2 ** 31 - 1),
    weeks: whole("weeks", values.weeks, 2, 8),
    perDay: whole("per-day", values["per-day"], 100, 20_000),
  };
  endChildrenWithUs();
  const contract = loadContract(join(project, "services", "models"), model);
  const champion = scenarios[model]?.champion;
  if (champion === undefined) throw new RangeError(`${model}: no scenario of it`);
  const progress = new Progress(say);
  // The rehearsal's own folder and recipe: what it trained is not trained again.
  const work = join(project, "out", "rehearsal", model);
  const workspace = new Workspace({
    project,
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
    workspace.modelFolder,
  );
  const week = new Week({
    ...given,
    contract,
    applications: applicationsOf(rows, contract),
    server: {
      program: join(image, "server", "server.js"),
      contractFile: join(image, "model.yaml"),
      releaseFolder: join(image, "release"),
      keyFile: join(image, "key"),
    },
    prometheus: await ensureTool(TOOLS.prometheus),
    work: join(project, "out", "week"),
    line: (text) => progress.line(text),
  });
  const result = await week.run();
  const out = join(project, values.out);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "week.json"), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(out, "week.html"), weekPage(result));
  say(
    `\n${table(result)}\n\n${result.predictions.toLocaleString("en-US")} predictions in ${result.seconds.toFixed(0)} s\nreport: ${join(out, "week.html")}`,
  );
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof CommandLineEnd) {
    (error.code === 0 ? process.stdout : process.stderr).write(`${error.message}\n`);
    process.exitCode = error.code;
    return;
  }
  if (error instanceof PythonMissing) {
    process.stdout.write(`week left out: ${error.message}\n`);
    return;
  }
  process.stderr.write(
    `${error instanceof RangeError ? `${error.message}\n\n${usage}` : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 2;
});
