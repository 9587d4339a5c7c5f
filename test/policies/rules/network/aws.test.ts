import { rule as reachability } from "../../../../policies/rules/network/cluster-reachability";
import { rule as firewallRules } from "../../../../policies/rules/network/firewall-rules";
import { rule as instanceMetadata } from "../../../../policies/rules/network/instance-metadata";
import { rule as firewall } from "../../../../policies/rules/network/load-balancer-firewall";
import { rule as headers } from "../../../../policies/rules/network/load-balancer-headers";
import { rule as defaultGroup } from "../../../../policies/rules/network/security-group-default";
import { rule as ingress } from "../../../../policies/rules/network/security-group-ingress";
import { rule as publicAddress } from "../../../../policies/rules/network/subnet-public-address";
import { rule as endpoints } from "../../../../policies/rules/network/vpc-endpoints";
import * as good from "../../../support/baselines/aws";
import { changed, resource, without } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";

ruleSuite(ingress, {
  type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  good: good.ingressRule,
  deviations: {
    "SSH for everyone": (props) => ({
      deviant: { ...props, fromPort: 22, toPort: 22 },
      message:
        /^SecurityGroupIngressRule "subject" must open only 80 and 443 to everyone, got 22 to 22$/,
    }),
    "a range that begins well": (props) => set(props, "toPort", 8443),
    "every port for everyone": (props) => ({
      deviant: unset(unset(props, "fromPort"), "toPort"),
      message: /got every port$/,
    }),
    "SSH for everyone on IPv6": (props) => ({
      ...unset(props, "cidrIpv4"),
      cidrIpv6: "::/0",
      fromPort: 22,
      toPort: 22,
    }),
  },
  configured: [
    {
      title: "HTTPS where nothing is public",
      parameters: { publicPorts: [] },
      subject: (props) => props,
      fires: true,
    },
  ],
});
ruleSuite(ingress, {
  type: "aws:ec2/securityGroup:SecurityGroup",
  good: good.securityGroup,
  deviations: {
    "a database for everyone": (props) =>
      set(props, "ingress.0", {
        protocol: "tcp",
        fromPort: 5432,
        toPort: 5432,
        cidrBlocks: ["0.0.0.0/0"],
      }),
    "every protocol for everyone": (props) => ({
      deviant: set(props, "ingress.0", {
        protocol: "-1",
        fromPort: 443,
        toPort: 443,
        ipv6CidrBlocks: ["::/0"],
      }),
      message: /got every port$/,
    }),
  },
});
ruleSuite(ingress, {
  type: "aws:ec2/securityGroupRule:SecurityGroupRule",
  good: good.securityGroupRule,
  deviations: {
    "the gateway's port for everyone": (props) =>
      set(props, "cidrBlocks", ["10.0.0.0/16", "0.0.0.0/0"]),
  },
});

ruleSuite(defaultGroup, {
  good: good.networkStack,
  deviations: {
    "a VPC whose default group is left open": (stack) => ({
      deviant: without(stack, "default-group"),
      message: /^Vpc "vpc" must close its default security group with a DefaultSecurityGroup$/,
    }),
    "a default group that lets something out": (stack) => ({
      deviant: changed(stack, "default-group", (props) =>
        set(props, "egress", [
          { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] },
        ]),
      ),
      message: /^DefaultSecurityGroup "default-group" must let nothing in and nothing out$/,
    }),
    "the default group of another VPC": (stack) =>
      changed(stack, "default-group", (props) => set(props, "vpcId", "vpc-2")),
  },
});

ruleSuite(publicAddress, {
  type: "aws:ec2/subnet:Subnet",
  good: good.subnet,
  deviations: {
    "public addresses": (props) => set(props, "mapPublicIpOnLaunch", true),
    "public IPv6 addresses": (props) => set(props, "assignIpv6AddressOnCreation", true),
  },
});

ruleSuite(endpoints, {
  good: good.networkStack,
  deviations: {
    "images over the internet": (stack) => ({
      deviant: without(without(stack, "ecr.api"), "ecr.dkr"),
      message: /^Vpc "vpc" must have endpoints for ecr.api, ecr.dkr$/,
    }),
  },
  configured: [
    {
      title: "a VPC without an endpoint that the configuration adds",
      parameters: { services: ["kms"] },
      subject: (stack) => stack,
      fires: true,
    },
  ],
});

const balancer = "aws:lb/loadBalancer:LoadBalancer";
ruleSuite(firewall, {
  good: good.entryStack,
  deviations: {
    "a balancer that faces the internet alone": (stack) => ({
      deviant: without(stack, "association"),
      message: /^LoadBalancer "balancer" must have a WebAclAssociation$/,
    }),
    "a firewall before another balancer": (stack) =>
      changed(stack, "association", (props) => set(props, "resourceArn", "arn:other")),
  },
});

it("asks no firewall of a balancer that takes none or faces nobody", () => {
  const alone = without(good.entryStack, "association");
  for (const [path, value] of [
    ["internal", true],
    ["loadBalancerType", "network"],
  ] as const)
    expect(
      firewall.check(
        changed(alone, "balancer", (props) => set(props, path, value)),
        {},
      ),
    ).toEqual([]);
});

it("takes the engine's word for a reference whose value is not known yet", () => {
  const stack = good.entryStack.map((each) =>
    each.name === "association"
      ? { ...each, props: {}, references: { resourceArn: ["arn:alb"] } }
      : each,
  );
  expect(firewall.check(stack, {})).toEqual([]);
});

ruleSuite(headers, {
  type: balancer,
  good: good.loadBalancer,
  deviations: {
    "headers that are passed on as they come": (props) => ({
      deviant: unset(props, "dropInvalidHeaderFields"),
      message: /must set dropInvalidHeaderFields to true, got nothing$/,
    }),
    "ambiguous requests that are only watched": (props) =>
      set(props, "desyncMitigationMode", "monitor"),
  },
});

ruleSuite(firewallRules, {
  type: "aws:wafv2/webAcl:WebAcl",
  good: good.webAcl,
  deviations: {
    "no limit": (props) => ({
      deviant: unset(props, "rules.0"),
      message: /must block by a rateBasedStatement$/,
    }),
    "a limit that only counts": (props) => set(props, "rules.0.action", { count: {} }),
    "common rules that only count": (props) => ({
      deviant: set(props, "rules.1.overrideAction", { count: {} }),
      message: /must enforce AWSManagedRulesCommonRuleSet$/,
    }),
  },
  configured: [
    {
      title: "a group that the configuration adds",
      parameters: { managedGroups: ["AWSManagedRulesSQLiRuleSet"] },
      subject: (props) => props,
      fires: true,
    },
  ],
});

/** Callers in a network of their own, whose endpoints take HTTPS from it. */
const reached = [
  ...good.clusterStack,
  resource("aws:ec2/vpc:Vpc", "callers-vpc", { cidrBlock: "10.0.0.0/16" }, "vpc-callers"),
  ...good.networkStack
    .filter(({ props }) => "vpcId" in props)
    .map((each) => ({
      ...each,
      name: `of-${each.name}`,
      props: { ...each.props, vpcId: "vpc-callers" },
    })),
  resource("aws:ec2/vpcEndpoint:VpcEndpoint", "kms", {
    vpcId: "vpc-callers",
    serviceName: "kms",
    securityGroupIds: ["sg-endpoints"],
  }),
  resource("aws:ec2/securityGroup:SecurityGroup", "endpoints", { ingress: [] }, "sg-endpoints"),
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "endpoints-in", {
    securityGroupId: "sg-endpoints",
    cidrIpv4: "10.0.0.0/16",
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
  }),
].map((each) =>
  each.name === "kms" ? { ...each, references: { securityGroupIds: ["sg-endpoints"] } } : each,
);

ruleSuite(reachability, {
  good: reached,
  deviations: {
    "a cluster that lets no caller in": (stack) => ({
      deviant: without(stack, "callers-in"),
      message: /^Cluster "cluster" must let a security group in on 443/,
    }),
    "callers who are let in on another port": (stack) =>
      changed(stack, "callers-in", (props) => ({ ...props, fromPort: 8443, toPort: 8443 })),
    "callers who may send nothing": (stack) => ({
      deviant: without(stack, "callers-out"),
      message: /^SecurityGroup "callers" must send to 443 in its VPC/,
    }),
    "callers who may send to another network": (stack) =>
      changed(stack, "callers-out", (props) => ({
        ...unset(props, "referencedSecurityGroupId"),
        cidrIpv4: "10.1.0.0/16",
      })),
    "an endpoint that takes from a part of the network": (stack) => ({
      deviant: changed(stack, "endpoints-in", (props) => set(props, "cidrIpv4", "10.0.0.0/20")),
      message: /^VpcEndpoint "kms" must take 443 from SecurityGroup "callers"$/,
    }),
  },
});

it("asks for no callers of a cluster that public blocks reach", () => {
  const open = changed(without(reached, "callers-in"), "cluster", (props) =>
    set(props, "vpcConfig.endpointPublicAccess", true),
  );
  expect(reachability.check(open, {})).toEqual([]);
});

for (const [type, compliant] of [
  ["aws:ec2/launchTemplate:LaunchTemplate", good.launchTemplate],
  ["aws:ec2/instance:Instance", good.instance],
] as const) {
  ruleSuite(instanceMetadata, {
    type,
    good: compliant,
    deviations: {
      "the old metadata service": (props) => set(props, "metadataOptions.httpTokens", "optional"),
      "an instance that does not say": (props) => unset(props, "metadataOptions"),
      "metadata for pods": (props) => ({
        deviant: set(props, "metadataOptions.httpPutResponseHopLimit", 2),
        message: /must set httpPutResponseHopLimit to 1 or less, got 2$/,
      }),
    },
    configured: [
      {
        title: "two hops",
        parameters: { maximumHops: 2 },
        subject: (props) => set(props, "metadataOptions.httpPutResponseHopLimit", 2),
        fires: false,
      },
    ],
  });
}
