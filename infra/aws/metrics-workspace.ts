import * as amp from "@pulumi/aws/amp";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { classTags } from "../kubernetes/data-classes";
import { keyPolicy } from "./key-policy";
import { metricsLogGroup, prefix, type Naming } from "./naming";
import { policyText } from "./policy-document";

/** Arguments of {@link MetricsWorkspace}. */
export interface MetricsWorkspaceArgs extends Naming {
  readonly homeRegion: string;
  /** The home region's key for logs. */
  readonly logsKeyArn: pulumi.Input<string>;
}

/**
 * Amazon Managed Prometheus: the metrics of all regions in one place, kept when a region is lost.
 */
export class MetricsWorkspace extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:MetricsWorkspace";
  readonly remoteWriteUrl: pulumi.Output<string>;
  /** Address of the workspace below which its API for queries is. */
  readonly queryUrl: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: MetricsWorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(MetricsWorkspace.__pulumiType, name, args, opts);
    const logs = new cloudwatch.LogGroup(
      `${name}-logs`,
      {
        name: metricsLogGroup(args),
        kmsKeyId: args.logsKeyArn,
        retentionInDays: 400,
        tags: classTags("systemLogs"),
      },
      { parent: this },
    );
    // Managed Prometheus takes no multi-Region key, and its metrics are in the home region alone.
    const key = new kms.Key(
      `${name}-key`,
      {
        description: `Causeway ${args.stack}: metrics`,
        policy: policyText(keyPolicy("metrics", args, [args.homeRegion], args.homeRegion)),
        enableKeyRotation: true,
        rotationPeriodInDays: 365,
        deletionWindowInDays: 30,
        tags: { "causeway:purpose": "metrics" },
      },
      { parent: this },
    );
    const workspace = new amp.Workspace(
      name,
      {
        alias: prefix(args),
        kmsKeyArn: key.arn,
        loggingConfiguration: { logGroupArn: pulumi.interpolate`${logs.arn}:*` },
        tags: classTags("metrics"),
      },
      { parent: this },
    );
    this.arn = workspace.arn;
    this.remoteWriteUrl = pulumi.interpolate`${workspace.prometheusEndpoint}api/v1/remote_write`;
    this.queryUrl = workspace.prometheusEndpoint;
    this.registerOutputs({
      arn: this.arn,
      remoteWriteUrl: this.remoteWriteUrl,
      queryUrl: this.queryUrl,
    });
  }
}
