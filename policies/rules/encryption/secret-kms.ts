import { present } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-secret-kms",
  area: "encryption",
  description: "Secrets in Secrets Manager must be encrypted with a customer-managed KMS key.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set kmsKeyId to the secrets key.",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-02" },
    { framework: "cis-eks", clause: "4.4.2" },
  ],
  types: ["aws:secretsmanager/secret:Secret"],
  check: (secret) =>
    present(secret.props, "kmsKeyId")
      ? []
      : [`${subject(secret)} must name a customer-managed key in kmsKeyId, got nothing`],
});
