import { rule as cluster } from "../../../../policies/rules/reliability/cluster-deletion-protection";
import { rule as recovery } from "../../../../policies/rules/reliability/entry-recovery-time";
import { rule as detection } from "../../../../policies/rules/reliability/health-check-detection";
import { rule as balancer } from "../../../../policies/rules/reliability/load-balancer-deletion-protection";
import { rule as balancerZones } from "../../../../policies/rules/reliability/load-balancer-zones";
import { rule as nat } from "../../../../policies/rules/reliability/nat-per-zone";
import { rule as zones } from "../../../../policies/rules/reliability/network-zones";
import { rule as failover } from "../../../../policies/rules/reliability/record-failover";
import { rule as targets } from "../../../../policies/rules/reliability/target-group-health-check";
import type { ResourceView } from "../../../../policies/rule";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { goodBalancer, goodCluster } from "./aws-good";

ruleSuite(cluster, {
  type: "aws:eks/cluster:Cluster",
  good: goodCluster,
  deviations: {
    nothing: (g) => ({
      deviant: unset(g, "deletionProtection"),
      message: /Cluster "subject" must set deletionProtection to true, got nothing/,
    }),
    "no protection": (g) => set(g, "deletionProtection", false),
  },
  configured: [
    {
      title: "a stack that is torn down",
      parameters: { required: false },
      subject: (g) => unset(g, "deletionProtection"),
      fires: false,
    },
  ],
});

ruleSuite(balancer, {
  type: "aws:lb/loadBalancer:LoadBalancer",
  good: goodBalancer,
  deviations: {
    nothing: (g) => ({
      deviant: unset(g, "enableDeletionProtection"),
      message: /must set enableDeletionProtection to true, got nothing/,
    }),
  },
  configured: [
    {
      title: "a stack that is torn down",
      parameters: { required: false },
      subject: (g) => unset(g, "enableDeletionProtection"),
      fires: false,
    },
  ],
});

ruleSuite(balancerZones, {
  type: "aws:lb/loadBalancer:LoadBalancer",
  good: goodBalancer,
  deviations: {
    "one subnet": (g) => ({
      deviant: set(g, "subnets", ["subnet-1"]),
      message: /must stand in 2 or more subnets, got 1/,
    }),
  },
  configured: [
    {
      title: "three subnets where four are asked for",
      parameters: { minimum: 4 },
      subject: (g) => g,
      fires: true,
    },
  ],
});

ruleSuite(targets, {
  type: "aws:lb/targetGroup:TargetGroup",
  good: {
    targetType: "ip",
    protocol: "HTTPS",
    port: 8443,
    deregistrationDelay: 20,
    healthCheck: {
      enabled: true,
      protocol: "HTTPS",
      path: "/ready",
      interval: 10,
      unhealthyThreshold: 3,
      healthyThreshold: 2,
    },
  },
  deviations: {
    "a slow check": (g) => ({
      deviant: set(g, "healthCheck.interval", 30),
      message:
        /must set healthCheck.interval times healthCheck.unhealthyThreshold to 60 seconds or less, got 30 times 3/,
    }),
    "no threshold": (g) => unset(g, "healthCheck.unhealthyThreshold"),
  },
  configured: [
    {
      title: "a slow check where it is allowed",
      parameters: { maximumSeconds: 90 },
      subject: (g) => set(g, "healthCheck.interval", 30),
      fires: false,
    },
  ],
});

ruleSuite(detection, {
  type: "aws:route53/healthCheck:HealthCheck",
  good: {
    type: "HTTPS",
    fqdn: "origin.example.com",
    port: 443,
    resourcePath: "/healthz",
    enableSni: true,
    requestInterval: 10,
    failureThreshold: 3,
  },
  deviations: {
    "ten failures": (g) => ({
      deviant: set(g, "failureThreshold", 10),
      message:
        /must set requestInterval times failureThreshold to 90 seconds or less, got 10 times 10/,
    }),
    "no interval": (g) => unset(g, "requestInterval"),
  },
  configured: [
    {
      title: "a stricter limit",
      parameters: { maximumSeconds: 20 },
      subject: (g) => g,
      fires: true,
    },
  ],
});

ruleSuite(failover, {
  type: "aws:route53/record:Record",
  good: {
    name: "models.example.com",
    type: "A",
    setIdentifier: "eu-west-1",
    latencyRoutingPolicies: [{ region: "eu-west-1" }],
    healthCheckId: "check",
    aliases: [{ name: "alb.example.com", zoneId: "Z1", evaluateTargetHealth: true }],
  },
  deviations: {
    "no health check": (g) => ({
      deviant: unset(g, "healthCheckId"),
      message: /Record "models.example.com" must follow a health check, got no healthCheckId/,
    }),
    "a long-lived answer": (g) => ({
      deviant: { ...unset(g, "aliases"), ttl: 300, records: ["192.0.2.1"] },
      message: /must set ttl to 60 or less, got 300/,
    }),
  },
  configured: [
    {
      title: "a long-lived answer where it is allowed",
      parameters: { maximumTtlSeconds: 300 },
      subject: (g) => ({ ...unset(g, "aliases"), ttl: 300 }),
      fires: false,
    },
  ],
});

const goodEntry = {
  domainName: "models.example.com",
  recovery: { rto: "3 minutes", checkIntervalSeconds: 10, failureThreshold: 3 },
  regions: [{ region: "eu-west-1" }, { region: "eu-central-1" }],
};
ruleSuite(recovery, {
  type: "causeway:global:GlobalEntry",
  good: goodEntry,
  deviations: {
    "an objective that the checks cannot meet": (g) => ({
      deviant: set(g, "recovery.checkIntervalSeconds", 30),
      message:
        /must recover within 3 minutes, got 196 seconds: detection 90 s, check timeout 6 s, aggregation 10 s, name cache 60 s, drain 20 s, caller retry 10 s/,
    }),
    "no objective": (g) => ({
      deviant: unset(g, "recovery"),
      message: /must declare recovery.rto, .*, got nothing/,
    }),
    "an objective that is no length of time": (g) => set(g, "recovery.rto", "soon"),
  },
});

describe(recovery.name, () => {
  it("has nothing to say of one region", () => {
    const props = {
      ...goodEntry,
      recovery: { ...goodEntry.recovery, rto: "1 minute" },
      regions: [{ region: "eu-west-1" }],
    };
    expect(
      recovery.check({ type: "causeway:global:GlobalEntry", name: "entry", props }, {}),
    ).toEqual([]);
  });
});

const inZones = (letters: string): ResourceView[] =>
  [...letters].map((letter) => ({
    type: "aws:ec2/subnet:Subnet",
    name: `private-${letter}`,
    props: {
      availabilityZone: `eu-west-1${letter}`,
      cidrBlock: "10.0.0.0/24",
      mapPublicIpOnLaunch: false,
      vpcId: "vpc-1",
    },
  }));
const gateways = (count: number): ResourceView[] =>
  Array.from({ length: count }, (_, index) => ({
    type: "aws:ec2/natGateway:NatGateway",
    name: `nat-${index}`,
    props: { allocationId: `eip-${index}`, subnetId: `subnet-${index}` },
  }));

ruleSuite(zones, {
  good: [...inZones("abc"), ...gateways(3)],
  deviations: {
    "two zones": (g) => ({
      deviant: g.filter(({ name }) => name !== "private-c"),
      message: /Subnets in eu-west-1 must lie in 3 or more zones, got eu-west-1a, eu-west-1b/,
    }),
  },
  configured: [
    {
      title: "two zones where they suffice",
      parameters: { minimum: 2 },
      subject: (g) => g.filter(({ name }) => name !== "private-c"),
      fires: false,
    },
  ],
});

ruleSuite(nat, {
  good: [...inZones("abc"), ...gateways(3)],
  deviations: {
    "one gateway for all": (g) => ({
      deviant: g.filter(({ name }) => !["nat-1", "nat-2"].includes(name)),
      message: /must have one NAT gateway for each of its 3 zones, got 1/,
    }),
  },
  configured: [
    {
      title: "one gateway in a small stack",
      parameters: { required: false },
      subject: (g) => g.filter(({ name }) => !["nat-1", "nat-2"].includes(name)),
      fires: false,
    },
  ],
});
