import type { IRollout } from "@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout";
import { analysisArguments } from "../gates/analysis";
import { paces, type Pace } from "../gates/pace";
import { type ServingSettings } from "./definition";
import { servingNames } from "../../services/evidence/rollout";
import { modelPath, type Strategy } from "../kubernetes/model-objects";

type Canary = NonNullable<NonNullable<IRollout["spec"]["strategy"]>["canary"]>;
export type Step = NonNullable<Canary["steps"]>[number];

/** Shares of the requests, in percent, that a version on trial gets one after the other. */
export const canaryWeights = [10, 25, 50] as const;
/** Percentage of the requests that are copied to the version on trial in a shadow release. */
const mirroredPercent = 100;
/** Name of the route that Argo Rollouts adds and removes for mirrored requests. */
export const mirrorRoute = "shadow";

/**
 * Steps of a release, by strategy. Argo Rollouts skips them for a model's first version, which has
 * nothing to be compared with.
 */
export function releaseSteps({
  contract,
  environment,
}: Pick<ServingSettings, "contract" | "environment">): Step[] {
  // A person decides with the proof at hand.
  const gate: Step[] = [
    analysis(contract.name, "proof"),
    ...(contract.release.channel === "approval" ? [{ pause: {} }] : []),
  ];
  return steps[contract.release.strategy](paces[environment], gate, contract.name);
}

type StepsOf = (pace: Pace, gate: Step[], model: string) => Step[];

/**
 * `gate` stands before full traffic: the proof, and then an endless pause that a person ends, if
 * the contract wants one.
 */
const steps = {
  canary: (pace, gate) => [...ramp(pace), ...gate, ...full(pace)],
  ab: (pace, gate, model) => [
    // Weights are those of the challengers' route alone, which is half of the subjects, so half of
    // the pods: first a short look at a tenth of it, then the test. A person starts an experiment
    // on people, and a person ends it.
    { setCanaryScale: { weight: 50 } },
    { setWeight: 10 },
    pause(pace.stepSeconds),
    ...gate,
    { setWeight: 100 },
    pause(4 * pace.stepSeconds),
    analysis(model, "decision"),
    ...gate,
    // The other half follows when the version becomes stable; its pods must be there before.
    { setCanaryScale: { weight: 100 } },
    pause(pace.stepSeconds),
  ],
  shadow: (pace, gate, model) => [
    { setCanaryScale: { weight: mirroredPercent } },
    {
      setMirrorRoute: {
        name: mirrorRoute,
        percentage: mirroredPercent,
        match: [{ method: { exact: "POST" }, path: { prefix: `${modelPath(model)}/` } }],
      },
    },
    pause(pace.stepSeconds),
    analysis(model, "comparison"),
    { setMirrorRoute: { name: mirrorRoute } },
    { setCanaryScale: { matchTrafficWeight: true } },
    ...ramp(pace),
    ...gate,
    ...full(pace),
  ],
} satisfies Record<Strategy, StepsOf>;

function ramp(pace: Pace): Step[] {
  return canaryWeights.flatMap((weight): Step[] => [
    { setWeight: weight },
    pause(pace.stepSeconds),
  ]);
}

/** All requests, while the old version still stands by at full size. */
function full(pace: Pace): Step[] {
  return [{ setWeight: 100 }, pause(pace.stepSeconds)];
}

function analysis(model: string, name: "proof" | "comparison" | "decision"): Step {
  return {
    analysis: { templates: [{ templateName: servingNames(model)[name] }], args: analysisArguments },
  };
}

/** Whether a step waits for what an AnalysisTemplate of this name asks. */
export function asks({ analysis: waiting }: Step, template: string): boolean {
  return waiting?.templates?.some(({ templateName }) => templateName === template) === true;
}

function pause(seconds: number): Step {
  return { pause: { duration: `${seconds}s` } };
}
