import { present } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-workspace-kms",
  area: "encryption",
  description: "The metrics workspace must be encrypted with a customer-managed KMS key.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set kmsKeyArn; a workspace must be replaced for that.",
  url: "https://docs.aws.amazon.com/prometheus/latest/userguide/encryption-at-rest-Amazon-Service-Prometheus.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: ["aws:amp/workspace:Workspace"],
  check: (workspace) =>
    present(workspace.props, "kmsKeyArn")
      ? []
      : [`${subject(workspace)} must name a customer-managed key in kmsKeyArn, got nothing`],
});
