import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "observability-trail-regions",
  area: "observability",
  description: "The audit trail must record every region and the global services, without a pause.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set isMultiRegionTrail to true and leave enableLogging and includeGlobalServiceEvents on.",
  url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/receive-cloudtrail-log-files-from-multiple-regions.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "iso-42001", clause: "A.6.2.8" },
    { framework: "ml-lens", clause: "MLSEC-13" },
  ],
  types: ["aws:cloudtrail/trail:Trail"],
  check: (trail) => [
    ...(at(trail.props, "isMultiRegionTrail") === true
      ? []
      : [`${subject(trail)} must set isMultiRegionTrail to true`]),
    ...(["enableLogging", "includeGlobalServiceEvents"] as const)
      .filter((key) => at(trail.props, key) === false)
      .map((key) => `${subject(trail)} must leave ${key} on, got false`),
  ],
});
