import { rule as conditions } from "../../../../policies/rules/reliability/analysis-conditions";
import { ruleSuite, set, unset } from "../../../support/rule-suite";

const metric = "spec.metrics.0";

ruleSuite(conditions, {
  type: "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate",
  good: {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: { name: "scorer-watch", namespace: "causeway-models" },
    spec: {
      metrics: [
        {
          name: "errors",
          successCondition: "len(result) == 1 && !isNaN(result[0]) && result[0] < 6.8",
          failureCondition: "len(result) == 1 && (isNaN(result[0]) || result[0] >= 6.8)",
          inconclusiveLimit: 5,
          consecutiveErrorLimit: 12,
          provider: { prometheus: { address: "http://prometheus:9090", query: "vector(1)" } },
        },
      ],
    },
  },
  deviations: {
    "no metric": (g) => ({
      deviant: set(g, "spec.metrics", []),
      message: /AnalysisTemplate "scorer-watch" must have a metric, got none/,
    }),
    "no failure condition": (g) => ({
      deviant: unset(g, `${metric}.failureCondition`),
      message:
        /metric "errors" of AnalysisTemplate "scorer-watch" must have a failureCondition, got nothing/,
    }),
    "no success condition": (g) => ({
      deviant: unset(g, `${metric}.successCondition`),
      message: /must ask its successCondition for len\(result\) and !isNaN, got nothing/,
    }),
    "silence taken for success": (g) =>
      set(g, `${metric}.successCondition`, "len(result) == 0 || result[0] < 6.8"),
    "no limit of silence": (g) => ({
      deviant: unset(g, `${metric}.inconclusiveLimit`),
      message: /must set its inconclusiveLimit, got nothing/,
    }),
    "no limit of errors": (g) => ({
      deviant: unset(g, `${metric}.consecutiveErrorLimit`),
      message: /must set its consecutiveErrorLimit, got nothing/,
    }),
  },
});
