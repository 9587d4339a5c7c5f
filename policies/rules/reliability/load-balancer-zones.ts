import { list } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "reliability-load-balancer-zones",
  area: "reliability",
  description: "Load balancers must stand in several zones.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "List one subnet of each zone in subnets or subnetMappings.",
  url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["aws:lb/loadBalancer:LoadBalancer"],
  parameters: { minimum: 2 },
  check: (resource, { minimum }) => {
    // Subnets are counted, never read: their ids are not known before the first update.
    const count =
      list(resource.props, "subnets").length + list(resource.props, "subnetMappings").length;
    return count >= minimum
      ? []
      : [`LoadBalancer "${resource.name}" must stand in ${minimum} or more subnets, got ${count}`];
  },
});
