import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-cluster-endpoint",
  area: "access",
  description: "The Kubernetes API must be reachable from within the network only.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Set vpcConfig.endpointPrivateAccess to true and endpointPublicAccess to false; pipelines reach the API from within the VPC.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.4.1" },
    { framework: "cis-eks", clause: "5.4.2" },
    { framework: "ml-lens", clause: "MLSEC-08" },
  ],
  types: ["aws:eks/cluster:Cluster"],
  check: (cluster) => {
    const isPrivate = at(cluster.props, "vpcConfig.endpointPrivateAccess");
    const isPublic = at(cluster.props, "vpcConfig.endpointPublicAccess");
    return [
      ...(isPrivate === true
        ? []
        : [
            `${subject(cluster)} must set vpcConfig.endpointPrivateAccess to true, got ${shown(isPrivate)}`,
          ]),
      ...(isPublic === false
        ? []
        : [
            `${subject(cluster)} must set vpcConfig.endpointPublicAccess to false, got ${shown(isPublic)}`,
          ]),
    ];
  },
});
