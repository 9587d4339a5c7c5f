import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-cluster-entries",
  area: "access",
  description:
    "Access to a cluster must be granted by access entries, and to nobody for having created it.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set accessConfig to authenticationMode API and bootstrapClusterCreatorAdminPermissions false, and add an AccessEntry for each group.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
  frameworks: [
    { framework: "cis-eks", clause: "4.1.7" },
    { framework: "cis-eks", clause: "5.5.1" },
  ],
  types: ["aws:eks/cluster:Cluster"],
  check: (cluster) => {
    const mode = at(cluster.props, "accessConfig.authenticationMode");
    const creator = at(cluster.props, "accessConfig.bootstrapClusterCreatorAdminPermissions");
    return [
      ...(mode === "API"
        ? []
        : [`${subject(cluster)} must have authenticationMode API, got ${shown(mode)}`]),
      ...(creator === false
        ? []
        : [
            `${subject(cluster)} must set bootstrapClusterCreatorAdminPermissions to false, got ${shown(creator)}`,
          ]),
    ];
  },
});
