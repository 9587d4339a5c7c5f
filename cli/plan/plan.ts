import { join } from "node:path";
import type { Rule } from "../../policies/rule";
import { parseConfig } from "../../infra/stack/load";
import type { StackConfig } from "../../infra/stack/schema";
import { modelsOf } from "../../services/contract/files";
import { estimateMonthlyCost, type CostEstimate } from "../../infra/cost/estimate";
import {
  plannedReleases,
  recoveryFigures,
  type PlannedRelease,
  type RecoveryFigures,
} from "./figures";
import { judgementOf, packConfig, type Judgement } from "./judgement";
import { record } from "./record";
import { viewOf, type RecordedResource } from "./resource";
import { projectName, readStackFile } from "./stack-file";
import { topologyOf, type Topology } from "./topology";
import type { Properties } from "./wire";

/** One stack to plan. */
export interface PlanRequest {
  /** Folder of `Pulumi.yaml`. */
  readonly project: string;
  readonly stack: string;
  /** @default `Pulumi.<stack>.yaml` in the project's folder */
  readonly configFile?: string;
  /** The very program that `pulumi up` runs; takes the models from the project's folder. */
  readonly program: (project: string) => unknown;
  readonly rules: readonly Rule[];
}

/** A stack as it would be created, and what the policies say of it. */
export interface StackPlan {
  readonly stack: string;
  readonly config: StackConfig;
  readonly resources: readonly RecordedResource[];
  readonly outputs: Properties;
  /** Values that the plan could not fill; a complete plan has none. */
  readonly gaps: readonly string[];
  readonly topology: Topology;
  readonly judgement: Judgement;
  /** Absent where the stack declares no recovery objective. */
  readonly recovery: RecoveryFigures | undefined;
  readonly cost: CostEstimate;
  readonly releases: readonly PlannedRelease[];
  readonly seconds: { readonly program: number; readonly policies: number };
}

/**
 * Plans one stack: reads its file, runs the program, judges the result.
 * @throws InputError for a bad stack file, and whatever the program throws.
 */
export async function planStack({
  project,
  stack,
  configFile,
  program,
  rules,
}: PlanRequest): Promise<StackPlan> {
  const file = configFile ?? join(project, `Pulumi.${stack}.yaml`);
  const raw = readStackFile(file);
  const config = parseConfig(raw, stack, file);
  const pack = packConfig(join(project, "policies", "config", `${stack}.json`));
  const started = performance.now();
  const recording = await record(() => program(project), {
    project: projectName(project),
    stack,
    config: raw.values,
    secretKeys: [...raw.secrets],
  });
  const ran = performance.now();
  const judgement = judgementOf(recording.resources, rules, pack);
  const judged = performance.now();
  const views = recording.resources.map((resource) => ({
    ...viewOf(resource),
    region: resource.region,
  }));
  const figures = {
    recovery: recoveryFigures(config, views),
    cost: estimateMonthlyCost(views),
    releases: plannedReleases(config, modelsOf(project)),
  };
  return {
    stack,
    config,
    ...recording,
    topology: topologyOf(recording.resources),
    judgement,
    ...figures,
    seconds: { program: (ran - started) / 1000, policies: (judged - ran) / 1000 },
  };
}

/** Whether nothing mandatory is broken. */
export function isClean(plan: StackPlan): boolean {
  return plan.judgement.violations.every((violation) => violation.enforcement !== "mandatory");
}

/** Region names of the configuration, with `global` first where something belongs to no region. */
export function regionsOf(plan: StackPlan): string[] {
  const named = plan.config.regions.map((region) => region.name);
  const others = [...new Set(plan.resources.map((resource) => resource.region))].filter(
    (region) => !named.includes(region),
  );
  return [...others.sort(), ...named];
}
