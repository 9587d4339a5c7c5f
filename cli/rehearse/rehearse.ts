import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadContract, modelNames } from "../../services/contract/load";
import { ensureEnvironment } from "../../services/training/environment";
import type { RehearseArguments } from "./arguments";
import { UsageError } from "./arguments";
import { Progress } from "./progress";
import { reportPage } from "./report/page";
import type { Rehearsal } from "./result";
import { chapters, type ChapterName } from "./chapters";
import { chaptersOf, scenarioOf } from "./scenarios";
import type { Scenario } from "./scenarios/scenario";
import { Stage, type Tape } from "./stage";
import { Story } from "./story";
import { forget } from "./training";

/**
 * Rehearses one model and writes `rehearsal.html` and `rehearsal.json`. Throws PythonMissing
 * without a suitable Python, InputError for a contract that is none. Whatever happens, no server
 * stays behind.
 */
export async function rehearse(
  project: string,
  given: RehearseArguments,
  say: (line: string) => void,
  tape?: Tape,
): Promise<Rehearsal> {
  const models = join(project, "services", "models");
  if (!modelNames(models).includes(given.model))
    throw new UsageError(`--model: got ${given.model}, allowed: ${modelNames(models).join(", ")}`);
  const contract = loadContract(models, given.model);
  const scenario = scenarioOf(contract);
  const told = toldChapters(given, scenario, say);
  const environment = await ensureEnvironment({ report: say });
  const out = resolve(project, given.out);
  const work = join(out, "rehearsal", given.model);
  if (given.fresh) forget(join(work, "runs"));
  const progress = new Progress(say);
  const stage = new Stage({
    project,
    work,
    contract,
    environment,
    seed: given.seed,
    progress,
    tape,
  });
  const story = new Story(stage, scenario, given);
  try {
    stage.compile();
    await story.tell(told);
  } finally {
    await stage.close();
  }
  const result = story.result();
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "rehearsal.json"), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(out, "rehearsal.html"), reportPage(result));
  return result;
}

/** The chapters to tell. Throws UsageError for one in which the scenario has nothing to try. */
function toldChapters(
  { model, chapters: asked }: RehearseArguments,
  scenario: Scenario,
  say: (line: string) => void,
): readonly ChapterName[] {
  const possible = chaptersOf(scenario);
  const where = `cli/rehearse/scenarios says nothing of ${model}`;
  const impossible = (asked ?? []).filter((name) => !possible.includes(name));
  if (impossible.length > 0)
    throw new UsageError(
      `--chapters: got ${impossible.join(",")}, allowed: ${possible.join(",")}, since ${where}`,
    );
  const left = chapters.filter((name) => !possible.includes(name));
  if (left.length > 0) say(`left out: ${left.join(", ")}, since ${where}`);
  return asked ?? possible;
}
