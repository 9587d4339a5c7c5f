import { list } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "observability-cluster-logs",
  area: "observability",
  description: "A cluster's control plane must write all five kinds of logs.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "List api, audit, authenticator, controllerManager and scheduler in enabledClusterLogTypes.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html",
  frameworks: [
    { framework: "cis-eks", clause: "2.1.1" },
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["aws:eks/cluster:Cluster"],
  parameters: { logTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"] },
  check: (cluster, { logTypes }) => {
    const written = list(cluster.props, "enabledClusterLogTypes");
    const missing = logTypes.filter((type) => !written.includes(type));
    return missing.length === 0 ? [] : [`${subject(cluster)} must log ${missing.join(", ")}`];
  },
});
