import { list, present } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-cluster-secrets",
  area: "encryption",
  description: "Clusters must encrypt Kubernetes secrets with a customer-managed KMS key.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: 'Set encryptionConfig to { resources: ["secrets"], provider: { keyArn } }.',
  url: "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.3.1" },
    { framework: "ml-lens", clause: "MLSEC-02" },
  ],
  types: ["aws:eks/cluster:Cluster"],
  check: (cluster) => {
    const encrypted =
      list(cluster.props, "encryptionConfig.resources").includes("secrets") &&
      present(cluster.props, "encryptionConfig.provider.keyArn");
    return encrypted
      ? []
      : [
          `${subject(cluster)} must encrypt secrets with the KMS key of encryptionConfig.provider.keyArn`,
        ];
  },
});
