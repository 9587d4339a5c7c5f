import { at, list, number } from "../../resources";
import { resourceRule } from "../../rule";
import { rolloutType, subject } from "../../kubernetes";
import { gatedTierOf } from "../../models";

export const rule = resourceRule({
  name: "governance-rollout-human-gate",
  area: "governance",
  description: "Rollouts of high-risk models must wait for a person before they take all traffic.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Put a step `pause: {}` without a duration before the weight reaches 100: release.channel approval in the contract does it.",
  url: "https://argo-rollouts.readthedocs.io/en/stable/features/canary/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
  ],
  types: [rolloutType],
  check: (resource) => {
    const tier = gatedTierOf(resource);
    if (tier === undefined) return [];
    if (at(resource.props, "spec.strategy.blueGreen.autoPromotionEnabled") === false) return [];
    const steps = list(resource.props, "spec.strategy.canary.steps");
    const full = steps.findIndex((step) => number(step, "setWeight") === 100);
    const before = full < 0 ? steps : steps.slice(0, full);
    const gate = before.some(
      (step) => at(step, "pause") !== undefined && at(step, "pause.duration") === undefined,
    );
    return gate
      ? []
      : [
          `${subject(resource)} must pause without a duration before it takes all traffic, because its model's risk tier is ${tier}, got no such step`,
        ];
  },
});
