import { ofType, at, regionsWatchedAlready } from "../../resources";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "observability-threat-detection",
  area: "observability",
  description: "Every region with a cluster must have a GuardDuty detector that is on.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Create one aws.guardduty.Detector for each region, with enable true, or set causeway:threatDetection to existing where the account has them.",
  url: "https://docs.aws.amazon.com/guardduty/latest/ug/kubernetes-protection.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-13" },
    { framework: "nist-ai-rmf", clause: "MANAGE 4.1" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: ["aws:guardduty/detector:Detector", "aws:guardduty/detectorFeature:DetectorFeature"],
  check: (resources) => {
    // A resource does not say its region, its provider does; one cluster a region is how the
    // platform is built.
    const regions = ofType(resources, "aws:eks/cluster:Cluster").length;
    const own = ofType(resources, "aws:guardduty/detector:Detector").filter(
      ({ props }) => at(props, "enable") !== false,
    ).length;
    const detectors = own + regionsWatchedAlready(resources);
    return detectors >= regions
      ? []
      : [
          {
            message: `each of the ${regions} regions with a cluster must have a GuardDuty detector that is on, got ${detectors}`,
          },
        ];
  },
});
