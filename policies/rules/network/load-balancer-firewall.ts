import { companions, ofType, at } from "../../resources";
import { stackRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = stackRule({
  name: "network-load-balancer-firewall",
  area: "network",
  description:
    "A load balancer that faces the internet must stand behind a web application firewall.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Add a WebAclAssociation of a regional WebAcl with the load balancer's ARN.",
  url: "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-11" },
    { framework: "ml-lens", clause: "MLSEC-12" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: ["aws:wafv2/webAclAssociation:WebAclAssociation"],
  check: (resources) =>
    ofType(resources, "aws:lb/loadBalancer:LoadBalancer")
      // Only Application Load Balancers take a firewall.
      .filter(
        ({ props }) =>
          (at(props, "loadBalancerType") ?? "application") === "application" &&
          at(props, "internal") !== true,
      )
      .filter(
        (balancer) =>
          companions(
            resources,
            "aws:wafv2/webAclAssociation:WebAclAssociation",
            "resourceArn",
            balancer,
          ).length === 0,
      )
      .map((balancer) => ({
        resource: balancer,
        message: `${subject(balancer)} must have a WebAclAssociation`,
      })),
});
