import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "network-load-balancer-headers",
  area: "network",
  description:
    "A load balancer must drop headers that are not valid HTTP, and refuse ambiguous requests.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set dropInvalidHeaderFields to true, and leave desyncMitigationMode at defensive or set it to strictest.",
  url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-11" }],
  types: ["aws:lb/loadBalancer:LoadBalancer"],
  check: (balancer) => {
    if ((at(balancer.props, "loadBalancerType") ?? "application") !== "application") return [];
    const drops = at(balancer.props, "dropInvalidHeaderFields");
    const mode = at(balancer.props, "desyncMitigationMode") ?? "defensive";
    return [
      ...(drops === true
        ? []
        : [`${subject(balancer)} must set dropInvalidHeaderFields to true, got ${shown(drops)}`]),
      ...(mode === "monitor"
        ? [
            `${subject(balancer)} must have desyncMitigationMode defensive or strictest, got "monitor"`,
          ]
        : []),
    ];
  },
});
