import { at, present, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-storage-class-kms",
  area: "encryption",
  description: "Storage classes on EBS must encrypt volumes with a customer-managed KMS key.",
  severity: "high",
  enforcement: "mandatory",
  remediation: 'Set parameters.encrypted to "true" and parameters.kmsKeyId to the volumes key.',
  url: "https://docs.aws.amazon.com/eks/latest/userguide/create-storage-class.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: ["kubernetes:storage.k8s.io/v1:StorageClass"],
  check: (storageClass) => {
    // Other provisioners encrypt outside Kubernetes, or not at all; a stack on a local cluster has
    // no better one.
    if (!text(storageClass.props, "provisioner")?.startsWith("ebs.csi.")) return [];
    const encrypted = at(storageClass.props, "parameters.encrypted");
    if (encrypted !== "true")
      return [
        `${subject(storageClass)} must set parameters.encrypted to "true", got ${shown(encrypted)}`,
      ];
    return present(storageClass.props, "parameters.kmsKeyId")
      ? []
      : [
          `${subject(storageClass)} must name a customer-managed key in parameters.kmsKeyId, got nothing`,
        ];
  },
});
