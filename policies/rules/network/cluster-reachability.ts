import { holds } from "../../blocks";
import { at, companions, list, number, ofType, refersTo, text } from "../../resources";
import { stackRule, type ResourceView, type StackViolation } from "../../rule";
import { subject } from "../../kubernetes";

const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressType = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const groupType = "aws:ec2/securityGroup:SecurityGroup";
const https = 443;

export const rule = stackRule({
  name: "network-cluster-reachability",
  area: "network",
  description:
    "Callers of a private cluster must reach its endpoint, and the AWS endpoints of its network.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Add a security group for callers, an ingress rule on 443 from it to the cluster's security group, and an egress rule on 443 of its own; let the AWS endpoints take 443 from the VPC.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-08" }],
  types: ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"],
  check: (resources) =>
    ofType(resources, "aws:eks/cluster:Cluster")
      .filter(({ props }) => at(props, "vpcConfig.endpointPublicAccess") === false)
      .flatMap((cluster) => judgeCluster(resources, cluster)),
});

function judgeCluster(resources: readonly ResourceView[], cluster: ResourceView): StackViolation[] {
  const admitted = companions(resources, ingressType, "securityGroupId", cluster).filter(onHttps);
  const callers = ofType(resources, groupType).filter((group) =>
    admitted.some((opening) => refersTo(opening, "referencedSecurityGroupId", group)),
  );
  if (callers.length === 0)
    return [
      {
        resource: cluster,
        message: `${subject(cluster)} must let a security group in on ${https}, or nothing outside its own group reaches the endpoint`,
      },
    ];
  return callers.flatMap((group) => judgeCallers(resources, cluster, group));
}

/** Whether a group of callers may send to the cluster, and is heard by the endpoints of AWS. */
function judgeCallers(
  resources: readonly ResourceView[],
  cluster: ResourceView,
  group: ResourceView,
): StackViolation[] {
  const network = ofType(resources, "aws:ec2/vpc:Vpc").find((vpc) => refersTo(group, "vpcId", vpc));
  const sends = companions(resources, egressType, "securityGroupId", group).some(
    (opening) =>
      onHttps(opening) &&
      (covers(opening, network) || refersTo(opening, "referencedSecurityGroupId", cluster)),
  );
  return [
    ...(sends
      ? []
      : [
          {
            resource: group,
            message: `${subject(group)} must send to ${https} in its VPC, where the endpoint of ${subject(cluster)} is`,
          },
        ]),
    ...(network === undefined ? [] : deafEndpoints(resources, network, group)),
  ];
}

function deafEndpoints(
  resources: readonly ResourceView[],
  network: ResourceView,
  callers: ResourceView,
): StackViolation[] {
  return companions(resources, "aws:ec2/vpcEndpoint:VpcEndpoint", "vpcId", network)
    .filter(({ props }) => list(props, "securityGroupIds").length > 0)
    .filter((endpoint) => {
      const groups = ofType(resources, groupType).filter((group) =>
        refersTo(endpoint, "securityGroupIds", group),
      );
      return !groups
        .flatMap((group) => companions(resources, ingressType, "securityGroupId", group))
        .some(
          (opening) =>
            onHttps(opening) &&
            (covers(opening, network) || refersTo(opening, "referencedSecurityGroupId", callers)),
        );
    })
    .map((endpoint) => ({
      resource: endpoint,
      message: `${subject(endpoint)} must take ${https} from ${subject(callers)}`,
    }));
}

function onHttps({ props }: ResourceView): boolean {
  if (text(props, "ipProtocol") === "-1") return true;
  const [from, to] = [number(props, "fromPort") ?? 0, number(props, "toPort") ?? -1];
  return text(props, "ipProtocol") === "tcp" && from <= https && https <= to;
}

/** Whether the block of a rule holds the whole block of a network. */
function covers({ props }: ResourceView, network: ResourceView | undefined): boolean {
  const [outer, inner] = [text(props, "cidrIpv4"), network && text(network.props, "cidrBlock")];
  return outer !== undefined && inner !== undefined && holds(outer, inner);
}
