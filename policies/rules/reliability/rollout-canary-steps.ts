import { servesModel } from "../../models";
import { at, list, number } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject, rolloutType } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-rollout-canary-steps",
  area: "reliability",
  description: "Canaries must start small and grow step by step, with a pause after each.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Under spec.strategy.canary.steps, start with a small setWeight and put a pause or an analysis after each weight.",
  url: "https://argo-rollouts.readthedocs.io/en/stable/features/canary/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: [rolloutType],
  parameters: { firstWeight: 10 },
  check: (resource, { firstWeight }) => {
    const must = (rest: string) => `${subject(resource)} must ${rest}`;
    const strategy = at(resource.props, "spec.strategy");
    if (!servesModel(resource)) return [];
    // Blue-green switches all traffic at once by design; its gate is the analysis.
    if (at(strategy, "blueGreen") !== undefined) return [];
    const steps = list(strategy, "canary.steps");
    const weights = steps.map((step) => number(step, "setWeight"));
    const set = weights.filter((weight) => weight !== undefined);
    if (set[0] === undefined || set[0] > firstWeight)
      return [
        must(`start its canary with a setWeight of ${firstWeight} or less, got ${shown(set[0])}`),
      ];
    const shrinking = set.findIndex(
      (weight, index) => index > 0 && weight <= (set[index - 1] ?? 0),
    );
    const hasty = weights.findIndex(
      (weight, index) => weight !== undefined && weight < 100 && !waits(steps, index),
    );
    return [
      ...(shrinking < 0 ? [] : [must(`raise its weight at each step, got ${set.join(", ")}`)]),
      ...(hasty < 0
        ? []
        : [
            must(
              `pause or analyse after setWeight ${shown(weights[hasty])}, got ${shown(steps[hasty + 1])}`,
            ),
          ]),
    ];
  },
});

/** Whether a pause or an analysis stands between a weight and the next one. */
function waits(steps: readonly unknown[], index: number): boolean {
  const rest = steps.slice(index + 1);
  const next = rest.findIndex((step) => number(step, "setWeight") !== undefined);
  return (next < 0 ? rest : rest.slice(0, next)).some(
    (step) => at(step, "pause") !== undefined || at(step, "analysis") !== undefined,
  );
}
