import { ofType, regionsWatchedAlready } from "../../resources";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "access-analyzer-region",
  area: "access",
  description:
    "Every region with a cluster must have an Access Analyzer, which finds what is shared outside the account.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Create one aws.accessanalyzer.Analyzer for each region, or set causeway:threatDetection to existing where the account has them.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/what-is-access-analyzer.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-13" },
    { framework: "nist-ai-rmf", clause: "MANAGE 4.1" },
  ],
  types: ["aws:accessanalyzer/analyzer:Analyzer"],
  check: (resources) => {
    // A resource does not say its region, its provider does; one cluster a region is how the
    // platform is built.
    const regions = ofType(resources, "aws:eks/cluster:Cluster").length;
    const own = ofType(resources, "aws:accessanalyzer/analyzer:Analyzer").length;
    const analyzers = own + regionsWatchedAlready(resources);
    return analyzers >= regions
      ? []
      : [
          {
            message: `each of the ${regions} regions with a cluster must have an Access Analyzer, got ${analyzers}`,
          },
        ];
  },
});
