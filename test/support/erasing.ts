import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureEnvironment } from "../../services/training/environment";

/** What a step of the workflow `causeway-erase` is given. */
export interface Step {
  /** The model.yaml. */
  readonly contract: string;
  readonly pseudonym: string;
  /** File with the ring of keys. */
  readonly ring: string;
  readonly at: readonly string[];
  readonly logs?: { readonly url: string; readonly authority: string } | undefined;
}

/** Runs a step of the workflow as its container does, and gives its answer, as text of JSON. */
export async function erasing(command: "find" | "erase", step: Step): Promise<string> {
  const { python, variables } = await ensureEnvironment({ report: () => undefined });
  const folder = mkdtempSync(join(tmpdir(), "causeway-erasing-"));
  try {
    await promisify(execFile)(
      python,
      [
        ...["-m", "causeway_training.erasing", command],
        `--contract=${step.contract}`,
        `--pseudonym=${step.pseudonym}`,
        `--subject-key=${step.ring}`,
        ...step.at.map((store) => `--at=${store}`),
        ...(step.logs === undefined
          ? []
          : [`--logs=${step.logs.url}`, `--logs-authority=${step.logs.authority}`]),
        `--answer=${folder}`,
      ],
      { env: { ...process.env, ...variables } },
    );
    return readFileSync(join(folder, "answer"), "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
