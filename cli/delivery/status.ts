import { killAnnotation } from "../../infra/serving/kill-switch";
import type { Cluster } from "./cluster";
import { imageDigestOf, observed, regionOf } from "../../services/delivery/live-rollout";
import { releaseOf } from "./objects";
import { jsonHelp, type CommandLine } from "../command";
import { clusterAt, contextOption, contextsOf, modelHelp } from "./regions";
import { versionHashLabel } from "../../infra/kubernetes/model-objects";

/** How a model stands in a region, as the cluster says now. */
export interface Standing {
  readonly region: string;
  readonly desired: { readonly version: string; readonly digest: string };
  /** Digest of the version that is trusted; `unknown` where its ReplicaSet is gone. */
  readonly live: string;
  readonly phase: string;
  readonly message: string;
  /** Step that runs, and how many there are. */
  readonly step: { readonly at: number; readonly of: number } | undefined;
  readonly analyses: readonly { readonly name: string; readonly phase: string }[];
  /** Where the kill switch sends requests, and why; undefined while it is off. */
  readonly killed: string | undefined;
}

/** Reads how a model stands; changes nothing. */
export async function standing(cluster: Cluster, model: string): Promise<Standing> {
  const [rollout, replicaSets, routes] = await Promise.all([
    cluster.rollout(model),
    cluster.replicaSets(model),
    cluster.routes(model),
  ]);
  const status = observed(rollout);
  const runs = status ? await cluster.analysisRuns(model, status.currentPodHash) : [];
  const stable = replicaSets.find(
    ({ metadata }) => metadata.labels[versionHashLabel] === rollout.status?.stableRS,
  );
  const at = status?.currentStepIndex;
  return {
    region: regionOf(rollout),
    desired: { version: releaseOf(rollout).version, digest: imageDigestOf(rollout) },
    live: stable ? imageDigestOf(stable) : "unknown",
    phase: status?.phase ?? "Progressing",
    message: status?.message ?? "waiting for the controller to see the newest change",
    step: at === undefined ? undefined : { at, of: rollout.spec.strategy.canary.steps.length },
    analyses: runs.map(({ metadata, status: run }) => ({
      name: metadata.name,
      phase: run?.phase ?? "",
    })),
    killed: routes.metadata.annotations[killAnnotation],
  };
}

/** A standing in lines for a terminal. */
export function standingLines(
  model: string,
  { region, desired, live, phase, message, step, analyses, killed }: Standing,
): string[] {
  return [
    `${model} in ${region}: ${phase}${message === "" ? "" : `, ${message}`}`,
    `  desired   ${desired.version} ${desired.digest}`,
    `  live      ${live}${live === desired.digest ? "" : "  (not the desired one)"}`,
    ...(step && step.at < step.of ? [`  step      ${step.at + 1} of ${step.of}`] : []),
    ...analyses.map(({ name, phase: state }) => `  analysis  ${name}: ${state}`),
    ...(killed === undefined ? [] : [`  KILLED    all requests go to the ${killed}`]),
  ];
}

export const verb: CommandLine = {
  details: "Desired and live version, step, analyses and kill switch, in each region.",
  examples: ["loan-approval", "loan-approval --context eu-west-1 --context eu-central-1 --json"],
  define: (command, terminal) =>
    command
      .argument("<model>", modelHelp)
      .addOption(contextOption())
      .option("--json", jsonHelp)
      .action(async (model, { context }) => {
        const regions: Standing[] = [];
        for (const one of contextsOf(context)) {
          const stands = await standing(await clusterAt(one), model);
          standingLines(model, stands).forEach(terminal.print);
          regions.push(stands);
        }
        terminal.result({ model, regions }, []);
      }),
};
