import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { manifestFiles } from "./manifests";
import { planJson } from "./plan-json";
import type { StackPlan } from "./plan";
import { reportPage } from "./report/page";

/**
 * Writes `plan.json`, `manifests/` and `charts/` of a stack, in place of what an earlier plan left
 * there.
 */
export function writeStack(out: string, plan: StackPlan): void {
  const folder = join(out, plan.stack);
  for (const part of ["manifests", "charts"])
    rmSync(join(folder, part), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "plan.json"), `${JSON.stringify(planJson(plan), null, 2)}\n`);
  const files = manifestFiles(plan.resources);
  for (const parent of new Set(files.map((file) => dirname(file.path))))
    mkdirSync(join(folder, parent), { recursive: true });
  for (const file of files) writeFileSync(join(folder, file.path), file.text);
}

/** Writes `index.html`, the report of all stacks that were planned together. */
export function writeReport(out: string, plans: readonly StackPlan[]): void {
  writeFileSync(join(out, "index.html"), reportPage(plans));
}
