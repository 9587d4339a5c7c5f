import { at, list, number } from "../../resources";
import { resourceRule, type ResourceView } from "../../rule";
import { subject } from "../../kubernetes";

/** One opening of a security group, whichever resource declares it. */
interface Opening {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly sources: readonly unknown[];
}

const everyone: readonly unknown[] = ["0.0.0.0/0", "::/0"];

export const rule = resourceRule({
  name: "network-security-group-ingress",
  area: "network",
  description: "A security group must open only the entry's ports to the internet.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Name the security group or the block of the callers; only a load balancer's 80 and 443 are for everyone.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-08" },
    { framework: "cis-eks", clause: "5.4.3" },
  ],
  types: [
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
  ],
  parameters: { publicPorts: ["80", "443"] },
  check: (resource, { publicPorts }) =>
    openings(resource)
      .filter(({ sources }) => sources.some((source) => everyone.includes(source)))
      .filter(
        ({ from, to }) => from === undefined || from !== to || !publicPorts.includes(String(from)),
      )
      .map(
        ({ from, to }) =>
          `${subject(resource)} must open only ${publicPorts.join(" and ")} to everyone, got ${from === undefined ? "every port" : `${from} to ${to ?? from}`}`,
      ),
});

function openings({ type, props }: ResourceView): Opening[] {
  if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    return [
      {
        from: number(props, "fromPort"),
        to: number(props, "toPort"),
        sources: [at(props, "cidrIpv4"), at(props, "cidrIpv6")],
      },
    ];
  if (type === "aws:ec2/securityGroupRule:SecurityGroupRule")
    return at(props, "type") === "ingress" ? [inline(props)] : [];
  return list(props, "ingress").map(inline);
}

function inline(given: unknown): Opening {
  // Protocol -1 means every port, whatever the ports say.
  const every = ["-1", "all"].includes(String(at(given, "protocol")));
  return {
    from: every ? undefined : number(given, "fromPort"),
    to: number(given, "toPort"),
    sources: [...list(given, "cidrBlocks"), ...list(given, "ipv6CidrBlocks")],
  };
}
