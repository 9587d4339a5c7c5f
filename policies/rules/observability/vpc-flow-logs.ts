import { companions, ofType, at } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = stackRule({
  name: "observability-vpc-flow-logs",
  area: "observability",
  description: "A VPC must log its connections, accepted and refused.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Add a FlowLog with trafficType ALL.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-13" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["aws:ec2/flowLog:FlowLog"],
  check: (resources) =>
    ofType(resources, "aws:ec2/vpc:Vpc")
      .filter(
        (vpc) =>
          !companions(resources, "aws:ec2/flowLog:FlowLog", "vpcId", vpc).some(
            ({ props }) => at(props, "trafficType") === "ALL",
          ),
      )
      .map((vpc) => ({
        resource: vpc,
        message: `${subject(vpc)} must have a FlowLog of trafficType ALL`,
      })),
});
