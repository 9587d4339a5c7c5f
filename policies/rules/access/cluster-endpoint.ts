import { at, list } from "../../resources";
import { resourceRule, type ResourceView } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-cluster-endpoint",
  area: "access",
  description:
    "The Kubernetes API must be reachable from within the network, and from named public blocks at most.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Set vpcConfig.endpointPrivateAccess to true and endpointPublicAccess to false, or publicAccessCidrs to the blocks of the callers; causeway:clusterAccess chooses the way.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.4.1" },
    { framework: "cis-eks", clause: "5.4.2" },
    { framework: "ml-lens", clause: "MLSEC-08" },
  ],
  types: ["aws:eks/cluster:Cluster"],
  parameters: { shortestPrefix: 16 },
  check: (cluster, { shortestPrefix }) => {
    const isPrivate = at(cluster.props, "vpcConfig.endpointPrivateAccess");
    const isPublic = at(cluster.props, "vpcConfig.endpointPublicAccess");
    return [
      ...(isPrivate === true
        ? []
        : [
            `${subject(cluster)} must set vpcConfig.endpointPrivateAccess to true, got ${shown(isPrivate)}`,
          ]),
      ...(isPublic === false ? [] : openBlocks(cluster, shortestPrefix)),
    ];
  },
});

/** AWS takes a list that is missing for everyone. */
function openBlocks(cluster: ResourceView, shortestPrefix: number): string[] {
  const blocks = list(cluster.props, "vpcConfig.publicAccessCidrs");
  if (blocks.length === 0)
    return [
      `${subject(cluster)} must set vpcConfig.endpointPublicAccess to false or limit publicAccessCidrs, got neither`,
    ];
  return blocks
    .filter((block) => typeof block !== "string" || prefixOf(block) < shortestPrefix)
    .map(
      (block) =>
        `${subject(cluster)} must open publicAccessCidrs to IPv4 blocks of /${shortestPrefix} or smaller, got ${shown(block)}`,
    );
}

/** Length of the prefix of an IPv4 block; 0 for anything else. */
function prefixOf(block: string): number {
  return Number(/^\d+(?:\.\d+){3}\/(\d+)$/.exec(block)?.[1] ?? 0);
}
