import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

/** TCP carries the caller's TLS through to the gateway. */
const encrypted: readonly unknown[] = ["HTTPS", "TLS", "TCP"];

export const rule = resourceRule({
  name: "encryption-target-group-tls",
  area: "encryption",
  description: "Traffic from a load balancer to the gateway must be encrypted.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Set protocol to HTTPS (Application Load Balancer) or to TLS or TCP (Network Load Balancer), and the port to the gateway's TLS port.",
  url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.4.5" },
    { framework: "ml-lens", clause: "MLSEC-09" },
  ],
  types: ["aws:lb/targetGroup:TargetGroup"],
  check: (group) => {
    const protocol = at(group.props, "protocol");
    return encrypted.includes(protocol)
      ? []
      : [`${subject(group)} must have protocol HTTPS, TLS or TCP, got ${shown(protocol)}`];
  },
});
