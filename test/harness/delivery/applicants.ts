import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import * as path from "node:path";
import { loadContract } from "../../../services/contract/load";
import { ensureEnvironment } from "../../../services/training/environment";
import { applicationsOf, readTable, type Application } from "../../../cli/rehearse/rows";
import { say } from "../lib/text";
import { modelFolder, modelsFolder } from "../fixtures";
import { REPOSITORY } from "../project";
import { SAMPLE } from "./platform";

/**
 * Held-out applications of the sample, by the training steps that make them; steps whose inputs are
 * unchanged are not run again.
 */
export async function heldOutApplications(): Promise<Application[]> {
  const { python, variables } = await ensureEnvironment({ report: (line) => say(`  ${line}`) });
  const run = path.join(REPOSITORY, "out", "delivery", SAMPLE);
  mkdirSync(run, { recursive: true });
  for (const step of ["collect", "validate", "prepare"]) {
    const { status, stderr } = spawnSync(
      python,
      [
        "-m",
        "causeway_training",
        step,
        "--contract",
        path.join(modelFolder, "model.yaml"),
        "--run",
        run,
      ],
      { env: { ...process.env, ...variables }, encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`the training step ${step} ended with ${status}\n${stderr}`);
  }
  return applicationsOf(
    readTable(path.join(run, "prepare", "holdout.csv")),
    loadContract(modelsFolder, SAMPLE),
  );
}
