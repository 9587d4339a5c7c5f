import * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { drainSeconds } from "../../services/contract/recovery";
import { loadBalancerPrefix } from "../aws/bucket-policy";
import { EntryCertificate, OwnCertificate, type OwnCertificateArgs } from "./certificate";
import { Firewall } from "./firewall";

/** Port on which the Istio gateway says over plain HTTP, inside the VPC, whether it is ready. */
export const gatewayHealthPort = 15_021;
/** TLS 1.3, and TLS 1.2 with forward secrecy and authenticated encryption only. */
export const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";

/**
 * A domain, with a public certificate and a name of its own for each region; or the name that AWS
 * gives to the load balancer, with a certificate that signs itself.
 */
export type EntryName =
  | {
      /** Name that callers use in all regions. */
      readonly domainName: string;
      readonly hostedZoneId: pulumi.Input<string>;
    }
  | Pick<OwnCertificateArgs, "issue">;

/** Arguments of {@link RegionalEntry}. */
export interface RegionalEntryArgs {
  readonly region: string;
  /** Name of the stack. */
  readonly stack: string;
  /** By what name callers come, and who vouches for it. */
  readonly callers: EntryName;
  readonly vpcId: pulumi.Input<string>;
  /** IPv4 block of the VPC; the load balancer reaches nothing outside it. */
  readonly vpcCidr: string;
  /** Public subnets, one in each zone. */
  readonly publicSubnetIds: readonly pulumi.Input<string>[];
  /** Bucket for access logs, whose policy lets load balancers write. */
  readonly logBucketName: pulumi.Input<string>;
  /** The region's key for logs. */
  readonly logsKeyArn: pulumi.Input<string>;
  /** Name of the cluster that may register its pods as targets. */
  readonly clusterName: string;
  /** Port of the Istio gateway's pods that takes TLS. */
  readonly gatewayPort: number;
  /** Whether the load balancer refuses to be deleted. */
  readonly deletionProtection: boolean;
  /** Requests from one address in five minutes before the firewall answers 429. @default 60000 */
  readonly rateLimitPerAddress?: number;
}

/**
 * Where callers enter a region: load balancer with TLS and firewall, before the Istio gateway.
 *
 * The load balancer belongs to this program, not to a controller in the cluster: the cluster only
 * binds its pods to `targetGroupArn` with a TargetGroupBinding. So `destroy` needs no controller to
 * be alive, and leaves no load balancer that blocks the VPC.
 */
export class RegionalEntry extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:RegionalEntry";
  readonly albDnsName: pulumi.Output<string>;
  /** Hosted zone of the load balancer's own name, which an alias record needs. */
  readonly albZoneId: pulumi.Output<string>;
  readonly targetGroupArn: pulumi.Output<string>;
  /** Source of all traffic to the gateway. */
  readonly securityGroupId: pulumi.Output<string>;
  /**
   * Name that always means this region, for health checks: it never fails over. Absent without a
   * domain.
   */
  readonly hostName: string | undefined;
  /** Certificate that callers must trust, PEM; absent where a public authority vouches for it. */
  readonly certificate: pulumi.Output<string> | undefined;

  constructor(name: string, args: RegionalEntryArgs, opts?: pulumi.ComponentResourceOptions) {
    const { callers, ...inputs } = args;
    super(
      RegionalEntry.__pulumiType,
      name,
      { ...inputs, ...("domainName" in callers && callers) },
      pulumi.mergeOptions(opts, { aliases: [{ type: "causeway:global:RegionalEntry" }] }),
    );
    const problems = entryProblems(args);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("\n"), this);
    const { region, stack } = args;

    const securityGroup = this.createSecurityGroup(name, args);
    const balancer = this.createLoadBalancer(name, args, securityGroup);
    const targets = this.createTargetGroup(name, args);
    const { arn, own } = this.createCertificate(name, args, balancer);
    this.createListeners(name, balancer, targets, arn);
    new Firewall(
      `${name}-firewall`,
      {
        region,
        stack,
        loadBalancerArn: balancer.arn,
        logsKeyArn: args.logsKeyArn,
        rateLimitPerAddress: args.rateLimitPerAddress,
      },
      { parent: this },
    );
    this.certificate = own;
    if ("domainName" in callers) {
      this.hostName = originName(region, callers.domainName);
      this.createOriginRecord(name, this.hostName, callers.hostedZoneId, balancer);
    }

    this.albDnsName = balancer.dnsName;
    this.albZoneId = balancer.zoneId;
    this.targetGroupArn = targets.arn;
    this.securityGroupId = securityGroup.id;
    this.registerOutputs({
      albDnsName: this.albDnsName,
      albZoneId: this.albZoneId,
      targetGroupArn: this.targetGroupArn,
      securityGroupId: this.securityGroupId,
      hostName: this.hostName,
    });
  }

  private createCertificate(
    name: string,
    { region, callers }: RegionalEntryArgs,
    balancer: lb.LoadBalancer,
  ): { readonly arn: pulumi.Output<string>; readonly own: pulumi.Output<string> | undefined } {
    const id = `${name}-certificate`;
    const child = { parent: this };
    if ("domainName" in callers)
      return { arn: new EntryCertificate(id, callers, child).arn, own: undefined };
    const { issue } = callers;
    const created = new OwnCertificate(id, { host: balancer.dnsName, region, issue }, child);
    return { arn: created.arn, own: created.certificate };
  }

  /** The region's own name, which always means its load balancer. */
  private createOriginRecord(
    name: string,
    hostName: string,
    zoneId: pulumi.Input<string>,
    balancer: lb.LoadBalancer,
  ): void {
    new route53.Record(
      `${name}-origin`,
      {
        zoneId,
        name: hostName,
        type: "A",
        aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }],
      },
      { parent: this },
    );
  }

  private createSecurityGroup(name: string, args: RegionalEntryArgs): ec2.SecurityGroup {
    const child = { parent: this };
    const group = new ec2.SecurityGroup(
      `${name}-sg`,
      { vpcId: args.vpcId, description: "Load balancer of the models: HTTPS in, gateway out" },
      child,
    );
    const securityGroupId = group.id;
    for (const port of [443, 80]) {
      const description =
        port === 443 ? "HTTPS from callers" : "HTTP from callers, only redirected";
      new vpc.SecurityGroupIngressRule(
        `${name}-in-${port}`,
        {
          securityGroupId,
          description,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          cidrIpv4: "0.0.0.0/0",
        },
        child,
      );
    }
    for (const [use, port] of [
      ["gateway", args.gatewayPort],
      ["gateway-health", gatewayHealthPort],
    ] as const) {
      new vpc.SecurityGroupEgressRule(
        `${name}-out-${use}`,
        {
          securityGroupId,
          description: `To the ${use.replace("-", " ")} port`,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          cidrIpv4: args.vpcCidr,
        },
        child,
      );
    }
    return group;
  }

  private createLoadBalancer(
    name: string,
    args: RegionalEntryArgs,
    securityGroup: ec2.SecurityGroup,
  ): lb.LoadBalancer {
    const logs = { enabled: true, bucket: args.logBucketName, prefix: loadBalancerPrefix };
    // With the engine's suffix a name has at most 32 characters, in every region of AWS.
    return new lb.LoadBalancer(
      `${name}-lb`,
      {
        loadBalancerType: "application",
        internal: false,
        subnets: [...args.publicSubnetIds],
        securityGroups: [securityGroup.id],
        enableDeletionProtection: args.deletionProtection,
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "strictest",
        preserveHostHeader: true,
        enableHttp2: true,
        idleTimeout: 60,
        accessLogs: logs,
        connectionLogs: logs,
      },
      { parent: this, aliases: [{ name: `${name}-alb` }] },
    );
  }

  private createTargetGroup(name: string, args: RegionalEntryArgs): lb.TargetGroup {
    return new lb.TargetGroup(
      `${name}-tg`,
      {
        vpcId: args.vpcId,
        targetType: "ip",
        protocol: "HTTPS",
        protocolVersion: "HTTP1",
        port: args.gatewayPort,
        deregistrationDelay: drainSeconds,
        loadBalancingAlgorithmType: "least_outstanding_requests",
        // EKS Auto Mode registers pods only in target groups that carry the name of its cluster.
        tags: { "eks:eks-cluster-name": args.clusterName },
        healthCheck: {
          enabled: true,
          protocol: "HTTP",
          port: `${gatewayHealthPort}`,
          path: "/healthz/ready",
          matcher: "200",
          interval: 10,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 3,
        },
      },
      { parent: this, aliases: [{ name: `${name}-gateway` }] },
    );
  }

  private createListeners(
    name: string,
    balancer: lb.LoadBalancer,
    targets: lb.TargetGroup,
    certificateArn: pulumi.Output<string>,
  ): void {
    const child = { parent: this };
    new lb.Listener(
      `${name}-https`,
      {
        loadBalancerArn: balancer.arn,
        port: 443,
        protocol: "HTTPS",
        sslPolicy: tlsPolicy,
        certificateArn,
        defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
        routingHttpResponseServerEnabled: false,
        routingHttpResponseStrictTransportSecurityHeaderValue:
          "max-age=31536000; includeSubDomains",
      },
      child,
    );
    const redirect = { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" };
    new lb.Listener(
      `${name}-http`,
      {
        loadBalancerArn: balancer.arn,
        port: 80,
        protocol: "HTTP",
        defaultActions: [{ type: "redirect", redirect }],
      },
      child,
    );
  }
}

/**
 * Name of a region's own load balancer, e.g. `origin-eu-west-1.models.example.com`; one level deep,
 * so that `*.<domain>` covers it.
 */
export function originName(region: string, domainName: string): string {
  return `origin-${region}.${domainName}`;
}

/** What is wrong with the arguments of a region's entry; empty when nothing is. */
export function entryProblems(args: RegionalEntryArgs): string[] {
  const { publicSubnetIds, gatewayPort, rateLimitPerAddress } = args;
  return [
    ...(publicSubnetIds.length < 2
      ? [
          `publicSubnetIds (${publicSubnetIds.length}) must name subnets of at least 2 zones: a load balancer needs them`,
        ]
      : []),
    ...(Number.isInteger(gatewayPort) && gatewayPort >= 1 && gatewayPort <= 65_535
      ? []
      : [`gatewayPort (${gatewayPort}) must be a port from 1 to 65535`]),
    ...(rateLimitPerAddress === undefined || rateLimitPerAddress >= 10
      ? []
      : [`rateLimitPerAddress (${rateLimitPerAddress}) must be at least 10 requests in 5 minutes`]),
  ];
}
