import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { stackTag } from "../aws/naming";
import { policyDocument, policyText, type PolicyDocument } from "../aws/policy-document";

/**
 * How `pulumi up` and people reach the clusters' API: from a runner in the network, through a
 * session of Systems Manager, or from public addresses that are named.
 */
export type ClusterAccess =
  | { readonly via: "runner" }
  | { readonly via: "ssm" }
  | { readonly via: "public"; readonly cidrs: readonly string[] };

/** Arguments of {@link VpcAccess}. */
export interface VpcAccessArgs {
  /** Name of the stack: the instance is found by it. */
  readonly stack: string;
  /** `ssm` adds an instance that sessions are forwarded through. */
  readonly via: Exclude<ClusterAccess["via"], "public">;
  readonly vpcId: pulumi.Input<string>;
  /** IPv4 block of the VPC: where the endpoints of the cluster and of AWS are. */
  readonly vpcCidr: string;
  readonly privateSubnetIds: readonly pulumi.Input<string>[];
  /** Key of the instance's volume; its policy lets Auto Scaling use it. */
  readonly volumesKeyArn: pulumi.Input<string>;
}

/** Seconds after which an instance is replaced by one of the newest image: 14 days. */
const instanceLifetime = 14 * 24 * 60 * 60;
const instanceTypeOfArm = "t4g.nano";
/** Amazon Linux 2023, which brings the agent of Systems Manager; EC2 reads the parameter itself. */
const newestImage =
  "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/**
 * The way into a region's network: a security group whose members reach the endpoint of the cluster
 * and the endpoints of AWS on 443, and nothing else. A runner is put into it beside a group of its
 * own; with `ssm` an instance is in it, to which nothing connects.
 */
export class VpcAccess extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:VpcAccess";
  readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: VpcAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super(VpcAccess.__pulumiType, name, { via: args.via, vpcCidr: args.vpcCidr }, opts);
    const child = { parent: this };
    const group = new ec2.SecurityGroup(
      name,
      {
        vpcId: args.vpcId,
        description: "Callers of the cluster: HTTPS within this VPC, nothing in",
        ingress: [],
        tags: { Name: name },
      },
      child,
    );
    new vpc.SecurityGroupEgressRule(
      name,
      {
        securityGroupId: group.id,
        description: "Endpoints of the cluster and of AWS",
        cidrIpv4: args.vpcCidr,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      },
      child,
    );
    if (args.via === "ssm") this.createInstance(name, args, group.id);
    this.securityGroupId = group.id;
    this.registerOutputs({ securityGroupId: this.securityGroupId });
  }

  /** One small instance that sessions of Systems Manager go through; it opens no port. */
  private createInstance(
    name: string,
    { stack, privateSubnetIds, volumesKeyArn }: VpcAccessArgs,
    groupId: pulumi.Output<string>,
  ): void {
    const child = { parent: this };
    const role = new iam.Role(
      name,
      {
        description: "Instance that sessions to the cluster go through",
        assumeRolePolicy: policyText(instanceTrust()),
      },
      child,
    );
    const attached = new iam.RolePolicyAttachment(
      name,
      { role: role.name, policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
      child,
    );
    const profile = new iam.InstanceProfile(name, { role: role.name }, child);
    const template = new ec2.LaunchTemplate(
      name,
      templateOf({ Name: name, [stackTag]: stack }, profile.arn, groupId, volumesKeyArn),
      child,
    );
    new autoscaling.Group(
      name,
      {
        minSize: 1,
        maxSize: 1,
        vpcZoneIdentifiers: [...privateSubnetIds],
        launchTemplate: {
          id: template.id,
          version: template.latestVersion.apply((version) => `${version}`),
        },
        maxInstanceLifetime: instanceLifetime,
        tags: [{ key: "Name", value: name, propagateAtLaunch: true }],
      },
      { parent: this, dependsOn: attached },
    );
  }
}

/** How the instance starts. The provider gives its default tags to the template alone. */
function templateOf(
  tags: Readonly<Record<string, string>>,
  profileArn: pulumi.Output<string>,
  groupId: pulumi.Output<string>,
  volumesKeyArn: pulumi.Input<string>,
): ec2.LaunchTemplateArgs {
  return {
    imageId: newestImage,
    instanceType: instanceTypeOfArm,
    iamInstanceProfile: { arn: profileArn },
    vpcSecurityGroupIds: [groupId],
    metadataOptions: {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    },
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        ebs: {
          encrypted: "true",
          kmsKeyId: volumesKeyArn,
          volumeType: "gp3",
          volumeSize: 8,
          deleteOnTermination: "true",
        },
      },
    ],
    tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags })),
  };
}

/**
 * Lets a group of callers into a cluster's own group, which admits nobody but nodes and pods;
 * nothing without one.
 */
export function admitCallers(
  clusterName: string,
  clusterGroupId: pulumi.Output<string>,
  callerGroupId: pulumi.Input<string> | undefined,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  if (callerGroupId === undefined) return [];
  return [
    new vpc.SecurityGroupIngressRule(
      `${clusterName}-callers`,
      {
        securityGroupId: clusterGroupId,
        description: "HTTPS from the callers of the endpoint",
        referencedSecurityGroupId: callerGroupId,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      },
      { parent },
    ),
  ];
}

function instanceTrust(): PolicyDocument {
  return policyDocument({
    Sid: "Instances",
    Effect: "Allow",
    Principal: { Service: "ec2.amazonaws.com" },
    Action: ["sts:AssumeRole"],
  });
}

/** Which session a command opens. */
export interface Session {
  readonly region: string;
  readonly stack: string;
  readonly clusterName: string;
  /** Value of the tag `Name` of the instance. */
  readonly instance: string;
  /** Port of this machine that the kubeconfig names. */
  readonly localPort: number;
}

/**
 * The command that opens the way to a cluster by Systems Manager. It waits for a cluster that is
 * being made, so it can be started beside the update that makes it.
 */
export function sessionCommand({
  region,
  stack,
  clusterName,
  instance,
  localPort,
}: Session): string {
  const inRegion = `--region ${region}`;
  const filters = `--filters Name=tag:Name,Values=${instance} Name=tag:${stackTag},Values=${stack} Name=instance-state-name,Values=running`;
  const target = `$(aws ec2 describe-instances ${inRegion} ${filters} --query Reservations[0].Instances[0].InstanceId --output text)`;
  const host = `$(aws eks describe-cluster ${inRegion} --name ${clusterName} --query cluster.endpoint --output text | cut -c9-)`;
  return [
    `until aws eks wait cluster-active ${inRegion} --name ${clusterName}; do sleep 15; done`,
    `aws ssm start-session ${inRegion} --target "${target}" --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters "host=${host},portNumber=443,localPortNumber=${localPort}"`,
  ].join("; ");
}
