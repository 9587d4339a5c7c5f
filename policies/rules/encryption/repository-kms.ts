import { list, present, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-repository-kms",
  area: "encryption",
  description: "Image repositories must be encrypted with a customer-managed KMS key.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set encryptionConfigurations to one entry with encryptionType KMS and kmsKey; a repository must be replaced for that.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: ["aws:ecr/repository:Repository"],
  check: (repository) => {
    const [config] = list(repository.props, "encryptionConfigurations");
    const type = text(config, "encryptionType");
    if (type !== "KMS" && type !== "KMS_DSSE")
      return [`${subject(repository)} must have encryptionType KMS, got ${shown(type)}`];
    return present(config, "kmsKey")
      ? []
      : [`${subject(repository)} must name a customer-managed key in kmsKey, got nothing`];
  },
});
