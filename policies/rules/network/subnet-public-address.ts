import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "network-subnet-public-address",
  area: "network",
  description: "A subnet must not give public addresses by itself.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set mapPublicIpOnLaunch to false; a load balancer and a NAT gateway get their addresses without it.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.4.3" },
    { framework: "ml-lens", clause: "MLSEC-08" },
  ],
  types: ["aws:ec2/subnet:Subnet"],
  check: (subnet) =>
    at(subnet.props, "mapPublicIpOnLaunch") === true ||
    at(subnet.props, "assignIpv6AddressOnCreation") === true
      ? [`${subject(subnet)} must not give public addresses by itself`]
      : [],
});
