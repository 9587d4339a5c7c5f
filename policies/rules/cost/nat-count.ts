import { ofType } from "../../resources";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "cost-nat-count",
  area: "cost",
  description: "A VPC must not have more NAT gateways than its availability needs.",
  severity: "low",
  enforcement: "mandatory",
  remediation:
    "One in each of three zones is the most that helps; a small stack has one and sets maximumPerVpc to 1.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html",
  frameworks: [{ framework: "ml-lens", clause: "MLCOST-09" }],
  types: ["aws:ec2/natGateway:NatGateway"],
  parameters: { maximumPerVpc: 3 },
  check: (resources, { maximumPerVpc }) => {
    const allowed = maximumPerVpc * Math.max(1, ofType(resources, "aws:ec2/vpc:Vpc").length);
    const gateways = ofType(resources, "aws:ec2/natGateway:NatGateway").length;
    return gateways <= allowed
      ? []
      : [{ message: `the stack must have ${allowed} NAT gateways or fewer, got ${gateways}` }];
  },
});
