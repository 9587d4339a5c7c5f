import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "observability-trail-validation",
  area: "observability",
  description: "The audit trail must be signed, so that a changed or missing file shows.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set enableLogFileValidation to true.",
  url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 19" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["aws:cloudtrail/trail:Trail"],
  check: (trail) => {
    const signed = at(trail.props, "enableLogFileValidation");
    return signed === true
      ? []
      : [`${subject(trail)} must set enableLogFileValidation to true, got ${shown(signed)}`];
  },
});
