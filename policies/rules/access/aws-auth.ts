import { subject } from "../../kubernetes";
import { text } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "access-aws-auth",
  area: "access",
  description:
    "Who may reach a cluster must be said in access entries, which are judged, and not in the ConfigMap aws-auth.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Remove the ConfigMap and add an access entry for each role.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/migrating-access-entries.html",
  frameworks: [
    { framework: "cis-eks", clause: "4.1.8" },
    { framework: "ml-lens", clause: "MLSEC-03" },
  ],
  types: ["ConfigMap", "ConfigMapPatch"].map((kind) => `kubernetes:core/v1:${kind}`),
  check: (config) =>
    text(config.props, "metadata.name") === "aws-auth"
      ? [`${subject(config)} must not exist: access entries say who may reach the cluster`]
      : [],
});
