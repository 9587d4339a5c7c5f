import { text } from "../../resources";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "reliability-nat-per-zone",
  area: "reliability",
  description:
    "Each zone must have its own way out, so that losing a zone does not cut off the others.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Create one NAT gateway in each zone, or a regional one; a small stack sets the parameter `required` to false.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  parameters: { required: true },
  check: (resources, { required }) => {
    const gateways = resources.filter(({ type }) => type === "aws:ec2/natGateway:NatGateway");
    // A stack without gateways has no way out at all, by intent: that is the network rules'
    // business.
    if (!required || gateways.length === 0) return [];
    if (gateways.some(({ props }) => text(props, "availabilityMode") === "regional")) return [];
    const zones = new Set(
      resources.flatMap(({ type, props }) =>
        type === "aws:ec2/subnet:Subnet" ? (text(props, "availabilityZone") ?? []) : [],
      ),
    );
    return gateways.length >= zones.size
      ? []
      : [
          {
            message: `The stack must have one NAT gateway for each of its ${zones.size} zones, got ${gateways.length}`,
          },
        ];
  },
});
