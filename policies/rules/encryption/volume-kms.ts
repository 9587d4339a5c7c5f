import { at, present } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-volume-kms",
  area: "encryption",
  description: "EBS volumes must be encrypted with a customer-managed KMS key.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set encrypted to true and kmsKeyId to the volumes key.",
  url: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: ["aws:ebs/volume:Volume"],
  check: (volume) => {
    const encrypted = at(volume.props, "encrypted");
    if (encrypted !== true)
      return [`${subject(volume)} must set encrypted to true, got ${shown(encrypted)}`];
    return present(volume.props, "kmsKeyId")
      ? []
      : [`${subject(volume)} must name a customer-managed key in kmsKeyId, got nothing`];
  },
});
