import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { modelDashboard } from "../../infra/observability/dashboards/model";
import { ruleGroups } from "../../infra/observability/rules";
import { loadContract } from "../../services/contract/load";
import { ensureTool } from "../../test/harness/toolchain/ensure";
import { TOOLS } from "../../test/harness/toolchain/pins";
import { runProgram } from "../../cli/command";
import { endChildrenWithUs } from "../../cli/rehearse/children";
import { modelIn, modelsFolder, repository as project } from "../../cli/project";
import { rehearse } from "../../cli/rehearse/rehearse";
import { instantOf } from "../week/calendar";
import { Prometheus } from "../week/prometheus";
import { drawing } from "./draw";
import { answer, evaluate } from "./replay";
import { Recording, stretch, tickMilliseconds } from "./recorder";

const say = (line: string) => process.stdout.write(`${line}\n`);

/** What is drawn. */
interface Given {
  readonly model?: string | undefined;
  readonly out: string;
}

async function draw(given: Given): Promise<void> {
  endChildrenWithUs();
  const model = modelIn(modelsFolder, given.model);
  const command = await ensureTool(TOOLS.prometheus);
  const recording = new Recording(model);
  // Rehearsed with half the usual requests between two looks: twice as many looks make a smoother
  // picture.
  await rehearse(
    {
      project,
      model,
      seed: 0,
      out: join(project, "out", "dashboard"),
      requests: 500,
      looks: 40,
    },
    say,
    recording,
  );
  const { series, until } = recording.stop();
  say(`recorded ${series.length} series in ${Math.round((until - instantOf(0)) / 60_000)} scrapes`);
  const work = join(project, "out", "dashboard", "prometheus");
  rmSync(work, { recursive: true, force: true });
  const prometheus = await Prometheus.start({
    command,
    folder: work,
    configuration: { global: {} },
  });
  try {
    const contract = loadContract(modelsFolder, model);
    await prometheus.write(series);
    // The rules of trials serve the gates of releases, every 15 seconds, and no panel shows them.
    await evaluate(
      prometheus,
      ruleGroups(contract).filter(({ name }) => !name.endsWith("-trial")),
      instantOf(0),
      until,
    );
    say("rules evaluated");
    const out = resolve(project, given.out);
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(
      out,
      drawing(await answer(prometheus, modelDashboard(contract), instantOf(0), until), caption()),
    );
    say(`drawn: ${out}`);
  } finally {
    await prometheus.stop();
  }
}

function caption(): string[] {
  return [
    `Drawn by npm run dashboard from a rehearsal: real servers, scraped each ${tickMilliseconds} ms; real rules and this dashboard's own queries, run by Prometheus.`,
    `Time is stretched ${stretch} times, to one scrape a minute: rates are as many times lower than they were, durations of answers are as measured. Time without requests is left out.`,
    "Requests are counted by the rehearsal's fake of the mesh. Bands of what is usual need a day, value needs feedback with a value; CPU and restarts need a cluster.",
    "Blue: a version begins to answer. Red, dashed: an alert begins to fire. Red: what the contract allows.",
  ];
}

void runProgram(
  "npm run dashboard --",
  "draw a model's dashboard from what its rehearsal counts: its own queries, on a real Prometheus, over the real rules",
  {
    examples: ["", "--model loan-approval --out out/dashboard.svg"],
    define: (command) =>
      command
        .option("--model <name>", "a model of services/models (default: the first)")
        .option("--out <file>", "where the drawing goes", "out/dashboard.svg")
        .action(draw),
  },
);
