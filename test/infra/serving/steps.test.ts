import type { Environment } from "../../../services/contract/environments";
import { releaseSteps, type Step } from "../../../infra/serving/steps";
import { withRelease } from "./fixture";
import type { Strategy } from "../../../infra/kubernetes/model-objects";

const stepsOf = (
  strategy: Strategy,
  channel: "automatic" | "approval",
  environment: Environment = "prod",
) => releaseSteps({ ...withRelease({ strategy, channel }), environment });
const isGate = (step: Step) => step.pause !== undefined && step.pause.duration === undefined;
const secondsOf = (step: Step) => Number.parseInt(String(step.pause?.duration ?? "0s"), 10);
const args = [
  { name: "canary-hash", valueFrom: { podTemplateHashValue: "Latest" } },
  { name: "stable-hash", valueFrom: { podTemplateHashValue: "Stable" } },
];
const analysis = (name: string) => ({
  analysis: { templates: [{ templateName: `loan-approval-${name}` }], args },
});
const proof = analysis("proof");
const pause = (seconds: number) => ({ pause: { duration: `${seconds}s` } });

describe("the steps of a release", () => {
  it("of a canary go through 10, 25, 50 and 100%, with the proof and a person before 100%", () => {
    expect(stepsOf("canary", "approval")).toEqual([
      { setWeight: 10 },
      pause(600),
      { setWeight: 25 },
      pause(600),
      { setWeight: 50 },
      pause(600),
      proof,
      { pause: {} },
      { setWeight: 100 },
      pause(600),
    ]);
  });

  it("of a canary on the automatic channel wait for the proof and for nobody", () => {
    expect(stepsOf("canary", "automatic")).toEqual([
      { setWeight: 10 },
      pause(600),
      { setWeight: 25 },
      pause(600),
      { setWeight: 50 },
      pause(600),
      proof,
      { setWeight: 100 },
      pause(600),
    ]);
  });

  it("of an A/B test give the challengers' half pods of its own, and a person starts and ends it", () => {
    expect(stepsOf("ab", "approval")).toEqual([
      { setCanaryScale: { weight: 50 } },
      { setWeight: 10 },
      pause(600),
      proof,
      { pause: {} },
      { setWeight: 100 },
      pause(2400),
      analysis("decision"),
      proof,
      { pause: {} },
      { setCanaryScale: { weight: 100 } },
      pause(600),
    ]);
  });

  it("of a shadow release copy only predictions of this model, stop copying, and go on as a canary", () => {
    expect(stepsOf("shadow", "automatic")).toEqual([
      { setCanaryScale: { weight: 100 } },
      {
        setMirrorRoute: {
          name: "shadow",
          percentage: 100,
          match: [{ method: { exact: "POST" }, path: { prefix: "/v2/models/loan-approval/" } }],
        },
      },
      pause(600),
      analysis("comparison"),
      { setMirrorRoute: { name: "shadow" } },
      { setCanaryScale: { matchTrafficWeight: true } },
      ...stepsOf("canary", "automatic"),
    ]);
  });

  it.each(["dev", "local"] as const)("take less time in %s than in prod", (environment) => {
    const total = (steps: Step[]) => steps.reduce((sum, step) => sum + secondsOf(step), 0);
    expect(total(stepsOf("canary", "automatic", environment))).toBeLessThan(
      total(stepsOf("canary", "automatic")) / 4,
    );
  });

  const every = (["canary", "ab", "shadow"] as const).flatMap((strategy) =>
    (["prod", "dev", "local"] as const).map((environment) => ({ strategy, environment })),
  );

  it.each(every)(
    "of $strategy in $environment have a person before full traffic exactly when the channel says so",
    ({ strategy, environment }) => {
      expect(stepsOf(strategy, "automatic", environment).some(isGate)).toBe(false);
      const steps = stepsOf(strategy, "approval", environment);
      expect(steps.findIndex(isGate)).toBeGreaterThan(0);
      expect(steps.findIndex(isGate)).toBeLessThan(
        steps.findIndex((step) => step.setWeight === 100),
      );
    },
  );
});
