import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as wafv2 from "@pulumi/aws/wafv2";
import * as pulumi from "@pulumi/pulumi";
import { firewallLogGroup } from "../aws/naming";
import { classTags } from "../kubernetes/data-classes";
import { defaultRateLimit, visibility, webAclRules } from "./web-acl";

/** Arguments of {@link Firewall}. */
export interface FirewallArgs {
  readonly region: string;
  /** Name of the stack. */
  readonly stack: string;
  /** Load balancer that the firewall stands before. */
  readonly loadBalancerArn: pulumi.Input<string>;
  /** The region's key for logs. */
  readonly logsKeyArn: pulumi.Input<string>;
  /** Requests from one address in five minutes. @default 60000 */
  readonly rateLimitPerAddress?: number;
}

/**
 * Web application firewall of a region's load balancer, with its log; credentials are cut from the
 * log.
 */
export class Firewall extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:Firewall";

  constructor(name: string, args: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      Firewall.__pulumiType,
      name,
      args,
      pulumi.mergeOptions(opts, { aliases: [{ type: "causeway:global:Firewall" }] }),
    );
    const child = { parent: this };
    const acl = new wafv2.WebAcl(
      `${name}-acl`,
      {
        description: `Causeway ${args.stack} in ${args.region}`,
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        rules: webAclRules(args.rateLimitPerAddress ?? defaultRateLimit),
        visibilityConfig: visibility(`causeway-${args.stack}-${args.region}`),
      },
      child,
    );
    new wafv2.WebAclAssociation(
      `${name}-association`,
      { resourceArn: args.loadBalancerArn, webAclArn: acl.arn },
      child,
    );
    const logs = new cloudwatch.LogGroup(
      `${name}-logs`,
      {
        name: firewallLogGroup(args, args.region),
        kmsKeyId: args.logsKeyArn,
        retentionInDays: 400,
        tags: classTags("systemLogs"),
      },
      child,
    );
    new wafv2.WebAclLoggingConfiguration(
      `${name}-logging`,
      {
        resourceArn: acl.arn,
        logDestinationConfigs: [logs.arn],
        redactedFields: [
          { singleHeader: { name: "authorization" } },
          { singleHeader: { name: "cookie" } },
        ],
      },
      child,
    );
    this.registerOutputs();
  }
}
