import type * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../../services/contract/environments";
import { clusterName } from "../aws/naming";
import { gatewayPorts } from "../kubernetes/gateway";
import { Cluster } from "../region/cluster";
import { RegionalEntry, type EntryName } from "../region/entry";
import { Network } from "../region/network";
import { sessionCommand, VpcAccess, type ClusterAccess } from "../region/vpc-access";
import type { LogSnapshots } from "../platform/elastic/log-store";
import type { LoadBalancer } from "../platform/mesh";
import { MetricsAccess } from "../platform/metrics-access";
import type { SharedWorkspace } from "../platform/values/chart";
import type { AwsConfig } from "./schema";

/** What a region on AWS stands on; absent where the stack runs on an existing cluster. */
export interface AwsBase {
  /** The stack's AWS account. */
  readonly account: string;
  /** IPv4 block of the VPC. */
  readonly cidr: string;
  readonly kubernetesVersion: string;
  /** Whether cluster and load balancer refuse to be deleted. */
  readonly deletionProtection: boolean;
  /** By what name callers come. */
  readonly callers: EntryName;
  readonly keys: {
    readonly logs: pulumi.Input<string>;
    readonly secrets: pulumi.Input<string>;
    readonly volumes: pulumi.Input<string>;
  };
  readonly logBucketName: pulumi.Input<string>;
  /** The metrics of all regions. */
  readonly metrics: SharedWorkspace & { readonly arn: pulumi.Input<string> };
  /** The region's audit bucket, which also holds the snapshots of the logs. */
  readonly audit: Omit<LogSnapshots, "clusterName">;
  readonly access: AwsConfig["access"];
  readonly breakGlassRoleArn: pulumi.Input<string>;
  readonly clusterAccess: ClusterAccess;
  /** Port of this machine for a session to the cluster. */
  readonly tunnelPort: number;
}

/** What {@link createRegionalBase} makes of a region. */
export interface RegionalBaseArgs {
  readonly region: string;
  /** Name of the stack. */
  readonly stack: string;
  readonly environment: Environment;
  /** Whether a model of the region asks for a GPU. */
  readonly gpu: boolean;
  readonly aws: AwsBase;
}

/** A region on AWS before anything runs in it. */
export interface RegionalBase {
  /** Where callers enter the region. */
  readonly entry: RegionalEntry;
  readonly cluster: Cluster;
  readonly loadBalancer: LoadBalancer;
  /** What the pods' rights come from: there before the pods. */
  readonly access: readonly pulumi.Resource[];
}

/** What a region on AWS has before its cluster. */
export interface RegionalNetwork {
  readonly network: Network;
  /** The way into it; absent where the endpoint is public. */
  readonly access: VpcAccess | undefined;
  /** How to use the way into the network: the region's part of the stack output `clusterAccess`. */
  readonly way: Record<string, unknown>;
}

/** Network of a region on AWS, and the way into it. */
export function createNetwork(
  name: string,
  { region, stack, environment, aws }: Omit<RegionalBaseArgs, "gpu">,
  child: pulumi.ComponentResourceOptions,
): RegionalNetwork {
  const { account, cidr, clusterAccess, keys, tunnelPort } = aws;
  const { via } = clusterAccess;
  const sessions = via === "ssm";
  const network = new Network(
    `${name}-network`,
    { region, account, stack, environment, cidr, logsKeyArn: keys.logs, sessions },
    child,
  );
  if (via === "public") return { network, access: undefined, way: clusterAccess };
  const { vpcId, privateSubnetIds } = network;
  const access = new VpcAccess(
    `${name}-access`,
    { stack, via, vpcId, vpcCidr: cidr, privateSubnetIds, volumesKeyArn: keys.volumes },
    child,
  );
  const session = {
    region,
    stack,
    clusterName: clusterName({ stack }, region),
    instance: `${name}-access`,
    localPort: tunnelPort,
  };
  return {
    network,
    access,
    way: {
      via,
      securityGroupId: access.securityGroupId,
      privateSubnetIds,
      ...(sessions && { session: sessionCommand(session) }),
    },
  };
}

/** Load balancer and cluster of a region on AWS. */
export function createRegionalBase(
  name: string,
  args: RegionalBaseArgs,
  { network, access: way }: RegionalNetwork,
  child: pulumi.ComponentResourceOptions,
): RegionalBase {
  const { aws } = args;
  const entry = createEntry(name, args, network, child);
  const cluster = createCluster(name, args, network, way, child);
  const loadBalancer = {
    targetGroupArn: entry.targetGroupArn,
    securityGroupId: entry.securityGroupId,
    clusterSecurityGroupId: cluster.securityGroupId,
  };
  // Before the pods that it is for: they get their credentials at their start.
  const access = new MetricsAccess(
    `${name}-metrics`,
    { clusterName: cluster.clusterName, workspaceArn: aws.metrics.arn },
    { ...child, dependsOn: [...cluster.ready] },
  );
  return { entry, cluster, loadBalancer, access: [access] };
}

function createEntry(
  name: string,
  { region, stack, aws }: RegionalBaseArgs,
  { vpcId, publicSubnetIds }: Network,
  child: pulumi.ComponentResourceOptions,
): RegionalEntry {
  return new RegionalEntry(
    `${name}-entry`,
    {
      region,
      stack,
      callers: aws.callers,
      vpcId,
      vpcCidr: aws.cidr,
      publicSubnetIds,
      logBucketName: aws.logBucketName,
      logsKeyArn: aws.keys.logs,
      clusterName: clusterName({ stack }, region),
      gatewayPort: gatewayPorts.tls,
      deletionProtection: aws.deletionProtection,
    },
    child,
  );
}

function createCluster(
  name: string,
  { region, stack, environment, gpu, aws }: RegionalBaseArgs,
  { privateSubnetIds }: Network,
  way: VpcAccess | undefined,
  child: pulumi.ComponentResourceOptions,
): Cluster {
  const { clusterAccess: access } = aws;
  return new Cluster(
    `${name}-cluster`,
    {
      name: clusterName({ stack }, region),
      region,
      environment,
      kubernetesVersion: aws.kubernetesVersion,
      deletionProtection: aws.deletionProtection,
      computeProfile: "auto-mode",
      privateSubnetIds,
      secretsKeyArn: aws.keys.secrets,
      logsKeyArn: aws.keys.logs,
      volumesKeyArn: aws.keys.volumes,
      administratorRoleArns: aws.access.pipelines,
      breakGlassRoleArn: aws.breakGlassRoleArn,
      access: aws.access,
      gpu,
      callerSecurityGroupId: way?.securityGroupId,
      ...(access.via === "public" && { publicCidrs: access.cidrs }),
      ...(access.via === "ssm" && { tunnelPort: aws.tunnelPort }),
    },
    child,
  );
}
