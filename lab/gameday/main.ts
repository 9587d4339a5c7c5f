import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import program from "../../infra/index";
import { seconds } from "../../services/contract/units";
import { commandLine, runCommand } from "../../cli/command-line";
import { planStack } from "../../cli/plan/plan";
import { viewOf } from "../../cli/plan/resource";
import { participantsOf, passed, playAll, type Played } from "./gameday";
import { disparities } from "./parity";
import { gamedayPage } from "./report";

const project = resolve(__dirname, "..", "..");

const usage = `npm run gameday -- [options]

Plays what can go wrong with a region: regions on loopback behind a stand-in for the health-checked names, with the timing of the plan,
in simulated seconds.

  --stack NAME     stack whose plan is played                              (default: prod)
  --outputs FILE   no play: compares the live versions of all regions, from what "pulumi stack output --json" printed
  --out FOLDER     where gameday.html goes                                 (default: out)

Exit codes: 0 everything held, 1 something did not, 2 it could not be played.`;

/** Compares the live versions of regions; 0 they agree, 1 they do not. */
export function compare(outputs: unknown, say: (line: string) => void): 0 | 1 {
  const found = disparities(outputs);
  for (const { model, byRegion } of found)
    say(
      `${model} differs: ${Object.entries(byRegion)
        .map(([region, digest]) => `${region} serves ${digest ?? "what nobody knows"}`)
        .join(", ")}. Do not drain a region before they agree.`,
    );
  if (found.length === 0) say("every model is served alike in all regions");
  return found.length === 0 ? 0 : 1;
}

/** The lines about one scenario. */
export function linesOf({ scenario, findings, observation }: Played): string[] {
  return [
    `${scenario.name}: ${scenario.text}`,
    ...observation.notes.map(({ second, text }) => `       ${second} s: ${text}`),
    ...findings.map(({ text, held }) => `  ${held ? "held " : "FAILED"} ${text}`),
  ];
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = commandLine(args, {
    usage,
    options: {
      stack: { type: "string", default: "prod" },
      outputs: { type: "string" },
      out: { type: "string", default: "out" },
    },
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  if (values.outputs !== undefined)
    return compare(JSON.parse(readFileSync(values.outputs, "utf8")), say);
  const plan = await planStack({ project, stack: values.stack, program, rules: [] });
  const { recovery } = plan.config;
  if (recovery === undefined)
    throw new RangeError(
      `--stack: got ${values.stack}, allowed: a stack that declares causeway:recovery`,
    );
  const participants = participantsOf(plan.resources.map(viewOf));
  const all = await playAll(participants, seconds(recovery.rto), (played) =>
    linesOf(played).forEach(say),
  );
  mkdirSync(join(project, values.out), { recursive: true });
  const page = join(project, values.out, "gameday.html");
  writeFileSync(
    page,
    gamedayPage(
      values.stack,
      participants.map(({ region }) => region),
      all,
    ),
  );
  const failed = all.filter((played) => !passed(played));
  say(`\n${all.length - failed.length} of ${all.length} held; report: ${page}`);
  return failed.length === 0 ? 0 : 1;
}

if (require.main === module) {
  void runCommand(main, () => 2);
}
