import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-load-balancer-deletion-protection",
  area: "reliability",
  description: "Load balancers must be protected from deletion by mistake.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set enableDeletionProtection to true; a stack that is torn down on purpose sets the parameter `required` to false.",
  url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["aws:lb/loadBalancer:LoadBalancer"],
  parameters: { required: true },
  check: (resource, { required }) => {
    if (!required) return [];
    const protection = at(resource.props, "enableDeletionProtection");
    return protection === true
      ? []
      : [
          `LoadBalancer "${resource.name}" must set enableDeletionProtection to true, got ${shown(protection)}`,
        ];
  },
});
