import { at, list, number, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-analysis-conditions",
  area: "reliability",
  description:
    "Analyses must take no data for neither success nor failure, and must end when they cannot tell.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Give each metric of the AnalysisTemplate a failureCondition, a successCondition that asks for len(result) and isNaN, an inconclusiveLimit and a consecutiveErrorLimit.",
  url: "https://argo-rollouts.readthedocs.io/en/stable/features/analysis/#inconclusive-runs",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
  ],
  types: [
    "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate",
    "kubernetes:argoproj.io/v1alpha1:ClusterAnalysisTemplate",
  ],
  check: (resource) => {
    const metrics = list(resource.props, "spec.metrics");
    if (metrics.length === 0) return [`${subject(resource)} must have a metric, got none`];
    return metrics.flatMap((metric) => {
      // A job answers by its exit, and measures nothing.
      if (at(metric, "provider.job") !== undefined) return [];
      const isQuery = at(metric, "provider.prometheus") !== undefined;
      const must = (rest: string) =>
        `metric "${text(metric, "name") ?? ""}" of ${subject(resource)} must ${rest}`;
      const success = text(metric, "successCondition");
      // Without a failure condition, whatever is no success is a failure: silence would roll back.
      return [
        ...(text(metric, "failureCondition") === undefined
          ? [must("have a failureCondition, got nothing")]
          : []),
        ...(!isQuery ||
        (success !== undefined && /len\(result\)/.test(success) && /!isNaN\(/.test(success))
          ? []
          : [must(`ask its successCondition for len(result) and !isNaN, got ${shown(success)}`)]),
        ...["inconclusiveLimit", "consecutiveErrorLimit"].flatMap((limit) =>
          number(metric, limit) === undefined ? [must(`set its ${limit}, got nothing`)] : [],
        ),
      ];
    });
  },
});
