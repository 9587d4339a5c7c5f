import { present } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-log-group-kms",
  area: "encryption",
  description: "Log groups must be encrypted with a customer-managed KMS key.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set kmsKeyId to the ARN of a key whose policy allows the region's CloudWatch Logs.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-02" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  check: (group) =>
    present(group.props, "kmsKeyId")
      ? []
      : [`${subject(group)} must name a customer-managed key in kmsKeyId, got nothing`],
});
