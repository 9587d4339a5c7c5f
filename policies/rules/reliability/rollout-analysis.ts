import { servesModel } from "../../models";
import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { subject, rolloutType } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-rollout-analysis",
  area: "reliability",
  description: "Rollouts must be judged by metrics, so that a bad release goes back by itself.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Name an AnalysisTemplate under spec.strategy.canary.analysis, in a step, or under spec.strategy.blueGreen.prePromotionAnalysis.",
  url: "https://argo-rollouts.readthedocs.io/en/stable/features/analysis/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
    { framework: "iso-42001", clause: "A.6.2.6" },
  ],
  types: [rolloutType],
  check: (resource) => {
    if (!servesModel(resource)) return [];
    const strategy = at(resource.props, "spec.strategy");
    const analyses = [
      at(strategy, "canary.analysis"),
      at(strategy, "blueGreen.prePromotionAnalysis"),
      ...list(strategy, "canary.steps").map((step) => at(step, "analysis")),
    ];
    return analyses.some((analysis) => list(analysis, "templates").length > 0)
      ? []
      : [`${subject(resource)} must name at least one AnalysisTemplate, got none`];
  },
});
