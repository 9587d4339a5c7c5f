import { companions, ofType, list } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = stackRule({
  name: "network-security-group-default",
  area: "network",
  description: "The default security group of a VPC must let nothing in and nothing out.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Adopt it with a DefaultSecurityGroup whose ingress and egress are empty.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-08" }],
  types: ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "aws:ec2/vpc:Vpc"],
  check: (resources) =>
    ofType(resources, "aws:ec2/vpc:Vpc").flatMap((vpc) => {
      const groups = companions(
        resources,
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "vpcId",
        vpc,
      );
      if (groups.length === 0)
        return [
          {
            resource: vpc,
            message: `${subject(vpc)} must close its default security group with a DefaultSecurityGroup`,
          },
        ];
      return groups
        .filter(({ props }) => list(props, "ingress").length + list(props, "egress").length > 0)
        .map((group) => ({
          resource: group,
          message: `${subject(group)} must let nothing in and nothing out`,
        }));
    }),
});
