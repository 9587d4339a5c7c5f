import { present } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-trail-kms",
  area: "encryption",
  description: "The audit trail must be encrypted with a customer-managed KMS key.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set kmsKeyId to the ARN of the audit key.",
  url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-02" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["aws:cloudtrail/trail:Trail"],
  check: (trail) =>
    present(trail.props, "kmsKeyId")
      ? []
      : [`${subject(trail)} must name a customer-managed key in kmsKeyId, got nothing`],
});
