import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadContract } from "../../services/contract/load";
import { ensureEnvironment } from "../../services/training/environment";
import type { RehearseArguments } from "./arguments";
import { UsageError } from "./arguments";
import { Progress } from "./progress";
import { reportPage } from "./report/page";
import type { Rehearsal } from "./result";
import { scenarios } from "./scenarios";
import { Stage, type Tape } from "./stage";
import { Story } from "./story";
import { forget } from "./training";

/**
 * Rehearses one model and writes `rehearsal.html` and `rehearsal.json`. Throws PythonMissing without a suitable Python, InputError for a
 * contract that is none. Whatever happens, no server stays behind.
 */
export async function rehearse(project: string, given: RehearseArguments, say: (line: string) => void, tape?: Tape): Promise<Rehearsal> {
  const scenario = scenarios[given.model];
  if (!scenario) throw new UsageError(`--model: got ${given.model}, allowed: ${Object.keys(scenarios).join(", ")}`);
  const contract = loadContract(join(project, "services", "models"), given.model);
  const environment = await ensureEnvironment({ report: say });
  const out = resolve(project, given.out);
  const work = join(out, "rehearsal", given.model);
  if (given.fresh) forget(join(work, "runs"));
  const progress = new Progress(say);
  const stage = new Stage({ project, work, contract, environment, seed: given.seed, progress, tape });
  const story = new Story(stage, scenario, given);
  try {
    stage.compile();
    await story.tell(given.chapters);
  } finally {
    await stage.close();
  }
  const result = story.result();
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "rehearsal.json"), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(out, "rehearsal.html"), reportPage(result));
  return result;
}
