import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelsOf } from "../../services/contract/files";
import { loadContract } from "../../services/contract/load";
import { ensureEnvironment } from "../../services/training/environment";
import { UsageError } from "../exit-codes";
import { modelIn } from "../project";
import { Progress } from "./progress";
import { reportPage } from "./report/page";
import type { Rehearsal } from "./result";
import { runChapters } from "./chapters";
import { Lifecycle } from "./lifecycle";
import { chaptersOf, scenarioOf } from "./scenarios";
import { chapters, type ChapterName, type Scenario } from "./scenarios/scenario";
import { Workspace, type Recorder } from "./workspace";

/** What is rehearsed, and how long. */
export interface RehearsalRequest {
  /** Folder with `services/models` below it. */
  readonly project: string;
  /** @default the first of the project's models */
  readonly model?: string | undefined;
  readonly seed: number;
  /** Folder of the report. */
  readonly out: string;
  /** Train again, even where the inputs are the same. @default false */
  readonly fresh?: boolean | undefined;
  /** Requests between two looks. */
  readonly requests: number;
  /** Most looks at one challenger. */
  readonly looks: number;
  /**
   * What is told after the champion's chapter. @default all that the scenario has something to try
   * in
   */
  readonly chapters?: readonly ChapterName[] | undefined;
}

/**
 * Rehearses one model and writes `rehearsal.html` and `rehearsal.json`. Throws PythonMissing
 * without a suitable Python, InputError for a contract that is none. Whatever happens, no server
 * stays behind.
 */
export async function rehearse(
  given: RehearsalRequest,
  say: (line: string) => void,
  recorder?: Recorder,
): Promise<Rehearsal> {
  const models = modelsOf(given.project);
  const model = modelIn(models, given.model);
  const contract = loadContract(models, model);
  const scenario = scenarioOf(contract);
  const names = chaptersToRun(model, given.chapters, scenario, say);
  const environment = await ensureEnvironment({ report: say });
  const { out } = given;
  const work = join(out, "rehearsal", model);
  if (given.fresh) rmSync(join(work, "runs"), { recursive: true, force: true });
  const progress = new Progress(say);
  const workspace = new Workspace({
    modelFolder: join(models, model),
    work,
    contract,
    environment,
    seed: given.seed,
    progress,
    recorder,
  });
  const life = new Lifecycle(workspace, scenario, {
    requestsPerLook: given.requests,
    looks: given.looks,
  });
  try {
    workspace.compile();
    await runChapters(life, names);
  } finally {
    await workspace.close();
  }
  const result = life.result();
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "rehearsal.json"), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(out, "rehearsal.html"), reportPage(result));
  return result;
}

/** The chapters to run. Throws UsageError for one in which the scenario has nothing to try. */
function chaptersToRun(
  model: string,
  asked: readonly ChapterName[] | undefined,
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
