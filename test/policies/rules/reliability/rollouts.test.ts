import { rule as analysis } from "../../../../policies/rules/reliability/rollout-analysis";
import { rule as steps } from "../../../../policies/rules/reliability/rollout-canary-steps";
import { rule as budget } from "../../../../policies/rules/reliability/rollout-disruption-budget";
import { rule as termination } from "../../../../policies/rules/reliability/rollout-graceful-termination";
import { rule as replicas } from "../../../../policies/rules/reliability/rollout-replicas";
import { rule as spread } from "../../../../policies/rules/reliability/rollout-zone-spread";
import type { ResourceView } from "../../../../policies/rule";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { changed, goodBudget, goodMonitor, goodRollout, goodScaledObject } from "./good";

const type = "kubernetes:argoproj.io/v1alpha1:Rollout";
const good = goodRollout();
const pod = "spec.template.spec";
const canary = "spec.strategy.canary";

ruleSuite(spread, {
  type,
  good,
  deviations: {
    "no spread": (g) => ({
      deviant: unset(g, `${pod}.topologySpreadConstraints`),
      message:
        /Rollout "scorer" must spread its pods over topology.kubernetes.io\/zone, got no such/,
    }),
    "a spread over nodes alone": (g) =>
      set(g, `${pod}.topologySpreadConstraints.0.topologyKey`, "kubernetes.io/hostname"),
    "a wide skew": (g) => ({
      deviant: set(g, `${pod}.topologySpreadConstraints.0.maxSkew`, 3),
      message: /with maxSkew 1 or less, got 3/,
    }),
  },
  configured: [
    {
      title: "a wide skew where it is allowed",
      parameters: { maxSkew: 3 },
      subject: (g) => set(g, `${pod}.topologySpreadConstraints.0.maxSkew`, 3),
      fires: false,
    },
  ],
});

ruleSuite(termination, {
  type,
  good,
  deviations: {
    "a short grace": (g) => ({
      deviant: set(g, `${pod}.terminationGracePeriodSeconds`, 5),
      message: /must set terminationGracePeriodSeconds to 30 or more, got 5/,
    }),
    "no hook": (g) => ({
      deviant: unset(g, `${pod}.containers.0.lifecycle`),
      message:
        /container "server" of Rollout "scorer" must have a lifecycle.preStop hook, got nothing/,
    }),
  },
  configured: [
    {
      title: "the grace of a fast server",
      parameters: { graceSeconds: 5 },
      subject: (g) => set(g, `${pod}.terminationGracePeriodSeconds`, 5),
      fires: false,
    },
  ],
});

ruleSuite(steps, {
  type,
  good,
  deviations: {
    "a big first step": (g) => ({
      deviant: set(g, `${canary}.steps.0.setWeight`, 25),
      message: /must start its canary with a setWeight of 10 or less, got 25/,
    }),
    "weights that shrink": (g) => ({
      deviant: set(g, `${canary}.steps.2.setWeight`, 5),
      message: /must raise its weight at each step, got 10, 5, 100/,
    }),
    "a step without a pause": (g) => ({
      deviant: unset(g, `${canary}.steps.1`),
      message: /must pause or analyse after setWeight 10, got {"setWeight":50}/,
    }),
  },
  configured: [
    {
      title: "a bigger first step where it is allowed",
      parameters: { firstWeight: 25 },
      subject: (g) => set(g, `${canary}.steps.0.setWeight`, 25),
      fires: false,
    },
  ],
});

ruleSuite(analysis, {
  type,
  good,
  deviations: {
    "no analysis": (g) => ({
      deviant: unset(g, `${canary}.analysis`),
      message: /must name at least one AnalysisTemplate, got none/,
    }),
    "an analysis of nothing": (g) => set(g, `${canary}.analysis.templates`, []),
  },
});

describe("rules over strategies", () => {
  it("accept an analysis in a step, and a blue-green switch after one", () => {
    const inStep = set(unset(good, `${canary}.analysis`), `${canary}.steps.1`, {
      analysis: { templates: [{ templateName: "errors" }] },
    });
    const blueGreen = set(good, "spec.strategy", {
      blueGreen: {
        prePromotionAnalysis: { templates: [{ templateName: "errors" }] },
        autoPromotionEnabled: false,
      },
    });
    for (const props of [inStep, blueGreen])
      for (const rule of [analysis, steps])
        expect(rule.check({ type, name: "scorer", props }, {})).toEqual([]);
  });
});

const cluster = (name: string): ResourceView[] => [
  { type, name: `${name}-rollout`, props: goodRollout() },
  { type: "kubernetes:policy/v1:PodDisruptionBudget", name: `${name}-budget`, props: goodBudget() },
  {
    type: "kubernetes:keda.sh/v1alpha1:ScaledObject",
    name: `${name}-autoscaler`,
    props: goodScaledObject(),
  },
  {
    type: "kubernetes:monitoring.coreos.com/v1:PodMonitor",
    name: `${name}-monitor`,
    props: goodMonitor(),
  },
];
const stack = [...cluster("one"), ...cluster("two")];

ruleSuite(budget, {
  good: stack,
  deviations: {
    "no budget in the second cluster": (g) => ({
      deviant: g.filter(({ name }) => name !== "two-budget"),
      message:
        /Rollout "scorer" must have a PodDisruptionBudget in each cluster, got 1 in the stack/,
    }),
    "a budget of other pods": (g) =>
      changed(g, "one-budget", (props) => set(props, "spec.selector.matchLabels.app", "other")),
    "a budget in another namespace": (g) =>
      changed(g, "one-budget", (props) => set(props, "metadata.namespace", "other")),
  },
});

ruleSuite(replicas, {
  good: stack,
  deviations: {
    "replicas of an autoscaled Rollout": (g) => ({
      deviant: changed(g, "one-rollout", (props) => set(props, "spec.replicas", 3)),
      message: /Rollout "scorer" must leave spec.replicas to its ScaledObject, got 3/,
    }),
  },
});
