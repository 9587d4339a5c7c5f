import { companions, ofType, text } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = stackRule({
  name: "network-vpc-endpoints",
  area: "network",
  description: "A VPC must reach the AWS services that hold data and images without the internet.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Add an interface endpoint for each service that the parameter lists.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.4.3" },
    { framework: "ml-lens", clause: "MLSEC-08" },
  ],
  types: ["aws:ec2/vpcEndpoint:VpcEndpoint"],
  parameters: { services: ["s3", "ecr.api", "ecr.dkr", "sts"] },
  check: (resources, { services }) =>
    ofType(resources, "aws:ec2/vpc:Vpc").flatMap((vpc) => {
      const names = companions(resources, "aws:ec2/vpcEndpoint:VpcEndpoint", "vpcId", vpc).map(
        ({ props }) => text(props, "serviceName"),
      );
      const missing = services.filter(
        (service) => !names.some((name) => name?.endsWith(`.${service}`)),
      );
      return missing.length === 0
        ? []
        : [
            {
              resource: vpc,
              message: `${subject(vpc)} must have endpoints for ${missing.join(", ")}`,
            },
          ];
    }),
});
