import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { clusterLogGroup } from "../aws/naming";
import { policyText } from "../aws/policy-document";
import { classTags } from "../kubernetes/data-classes";
import {
  administratorPolicyArn,
  nodePolicyArn,
  roleAccess,
  roleSlug,
  type AccessRoles,
} from "./cluster-access";
import { dutyGroups } from "../kubernetes/labels";
import {
  clusterPolicyArns,
  clusterTrust,
  nodePolicyArns,
  nodeTrust,
  volumeKeyPermissions,
} from "./cluster-roles";
import { kubeconfig } from "./kubeconfig";
import { nodeClassSpec, nodePoolSpec, type NodeKind } from "./node-pools";
import { admitCallers } from "./vpc-access";
import type { Environment } from "../../services/contract/environments";

/** Who runs the nodes. */
export type ComputeProfile = "auto-mode";

/** EKS takes Auto Mode for compute, load balancing and block storage together or not at all. */
const autoMode = { "auto-mode": true } as const satisfies Record<ComputeProfile, boolean>;

/** All logs that a control plane can write. */
const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** Arguments of {@link Cluster}. */
export interface ClusterArgs {
  /** Name of the cluster; a literal, because its log group and its kubeconfig carry it. */
  readonly name: string;
  readonly region: string;
  /** prod is protected from deletion and keeps its logs for 400 days. */
  readonly environment: Environment;
  /** Whether the cluster refuses to be deleted. */
  readonly deletionProtection: boolean;
  /** Minor version, e.g. `1.35`. */
  readonly kubernetesVersion: string;
  readonly computeProfile: ComputeProfile;
  /** Subnets of nodes, pods and the endpoint; one for each zone. */
  readonly privateSubnetIds: readonly pulumi.Input<string>[];
  /** Key that encrypts Kubernetes secrets. */
  readonly secretsKeyArn: pulumi.Input<string>;
  /** Key that encrypts the control plane's logs. */
  readonly logsKeyArn: pulumi.Input<string>;
  /** Key that encrypts the nodes' storage and volumes. */
  readonly volumesKeyArn: pulumi.Input<string>;
  /**
   * Roles that administer the cluster, among them the one that runs `pulumi up`; nobody else can.
   */
  readonly administratorRoleArns: readonly string[];
  /** Roles in each group. */
  readonly access: AccessRoles;
  /** Role of an emergency; what it may do is the group's in the cluster. */
  readonly breakGlassRoleArn: pulumi.Input<string>;
  /** Whether a model asks for an accelerator. */
  readonly gpu: boolean;
  /** Group whose members may call the endpoint from within the network. @default none */
  readonly callerSecurityGroupId?: pulumi.Input<string> | undefined;
  /** Public blocks that may call the endpoint from the internet. @default none: it is private */
  readonly publicCidrs?: readonly string[] | undefined;
  /** Port of this machine from which a session reaches the endpoint. @default no session */
  readonly tunnelPort?: number | undefined;
}

/** What is wrong with the arguments. */
export function clusterProblems({
  name,
  kubernetesVersion,
  privateSubnetIds,
  administratorRoleArns,
}: ClusterArgs): string[] {
  const problems: string[] = [];
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name))
    problems.push(`name (${name}) must be 1 to 63 lower-case letters, digits and hyphens`);
  if (!kubernetesVersions.some((version) => version === kubernetesVersion))
    problems.push(
      `kubernetesVersion (${kubernetesVersion}) must be one of ${kubernetesVersions.join(", ")}`,
    );
  if (privateSubnetIds.length < 3)
    problems.push(
      `privateSubnetIds (${privateSubnetIds.length}) must be three or more, one for each zone`,
    );
  if (administratorRoleArns.length === 0)
    problems.push(
      "administratorRoleArns must name the role that runs pulumi up, because the endpoint admits nobody else",
    );
  return problems;
}

/**
 * An EKS cluster in Auto Mode with a private endpoint: whoever calls it, also `pulumi up`, comes by
 * the group that it admits, or from a public block that is named.
 *
 * Teardown, in the order of deletion: what runs in the cluster (it uses `provider`, and waits for
 * `ready`); node pools, whose finalizers drain and end the instances, which the control plane does
 * without any of our pods; node classes; the provider; access entries, so that the last delete is
 * still admitted; the cluster; its roles; its log group, after the control plane wrote its last
 * line.
 */
export class Cluster extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:Cluster";

  /** Talks to the cluster as the caller's own role. */
  readonly provider: Provider;
  readonly clusterName: string;
  readonly endpoint: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /**
   * Security group of nodes, pods and the endpoint; a load balancer needs a rule in it to reach
   * pods.
   */
  readonly securityGroupId: pulumi.Output<string>;
  /**
   * What workloads wait for: nodes to run on, and network policies that are enforced from the first
   * pod.
   */
  readonly ready: readonly pulumi.Resource[];

  constructor(
    private readonly name: string,
    private readonly args: ClusterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(Cluster.__pulumiType, name, { ...args }, opts);
    const problems = clusterProblems(args);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this);

    const nodeRole = this.createNodeRole();
    const cluster = this.createCluster();
    this.clusterName = args.name;
    this.endpoint = cluster.endpoint;
    this.arn = cluster.arn;
    this.securityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    const entries = this.admit(cluster, nodeRole);
    const way = admitCallers(this.name, this.securityGroupId, args.callerSecurityGroupId, this);
    this.provider = this.createProvider(cluster, [...entries, ...way]);
    this.ready = [this.enforceNetworkPolicies(), ...this.createNodePools(nodeRole)];
    this.registerOutputs({
      name: args.name,
      endpoint: this.endpoint,
      arn: this.arn,
      securityGroupId: this.securityGroupId,
    });
  }

  private createNodeRole(): iam.Role {
    const name = `${this.name}-nodes`;
    const role = new iam.Role(
      name,
      { description: `Nodes of ${this.args.name}`, assumeRolePolicy: policyText(nodeTrust()) },
      { parent: this },
    );
    for (const policyArn of nodePolicyArns)
      new iam.RolePolicyAttachment(
        `${name}-${lastPart(policyArn)}`,
        { role: role.name, policyArn },
        { parent: this },
      );
    return role;
  }

  /**
   * The role that EKS takes, with everything attached that the cluster needs as long as it exists.
   */
  private createClusterRole(): {
    readonly role: iam.Role;
    readonly permissions: pulumi.Resource[];
  } {
    const name = `${this.name}-control-plane`;
    const role = new iam.Role(
      name,
      {
        description: `Control plane of ${this.args.name}`,
        assumeRolePolicy: policyText(clusterTrust()),
      },
      { parent: this },
    );
    const attached = clusterPolicyArns.map(
      (policyArn) =>
        new iam.RolePolicyAttachment(
          `${name}-${lastPart(policyArn)}`,
          { role: role.name, policyArn },
          { parent: this },
        ),
    );
    const policy = pulumi
      .output(this.args.volumesKeyArn)
      .apply((arn) => policyText(volumeKeyPermissions(arn)));
    return {
      role,
      permissions: [
        ...attached,
        new iam.RolePolicy(name, { role: role.id, policy }, { parent: this }),
      ],
    };
  }

  private createCluster(): eks.Cluster {
    const { args } = this;
    const enabled = autoMode[args.computeProfile];
    const { role, permissions } = this.createClusterRole();
    // EKS would create the group itself, unencrypted and kept for ever.
    const logs = new cloudwatch.LogGroup(
      this.name,
      {
        name: clusterLogGroup(args.name),
        kmsKeyId: args.logsKeyArn,
        retentionInDays: args.environment === "prod" ? 400 : 30,
        tags: classTags("systemLogs"),
      },
      { parent: this },
    );
    return new eks.Cluster(
      this.name,
      {
        name: args.name,
        version: args.kubernetesVersion,
        roleArn: role.arn,
        vpcConfig: {
          subnetIds: [...args.privateSubnetIds],
          endpointPrivateAccess: true,
          ...(args.publicCidrs
            ? { endpointPublicAccess: true, publicAccessCidrs: [...args.publicCidrs] }
            : { endpointPublicAccess: false }),
        },
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
        encryptionConfig: { resources: ["secrets"], provider: { keyArn: args.secretsKeyArn } },
        enabledClusterLogTypes: logTypes,
        bootstrapSelfManagedAddons: !enabled,
        computeConfig: { enabled },
        storageConfig: { blockStorage: { enabled } },
        kubernetesNetworkConfig: { ipFamily: "ipv4", elasticLoadBalancing: { enabled } },
        upgradePolicy: { supportType: "STANDARD" },
        zonalShiftConfig: { enabled: true },
        deletionProtection: args.deletionProtection,
      },
      { parent: this, dependsOn: [...permissions, logs] },
    );
  }

  /** Admits people, programs and nodes; returns what must outlive every object in the cluster. */
  private admit(cluster: eks.Cluster, nodeRole: iam.Role): pulumi.Resource[] {
    const clusterName = cluster.name;
    const people = roleAccess(this.args.administratorRoleArns, this.args.access).flatMap(
      ({ roleArn, groups, administrator }) => {
        const name = `${this.name}-access-${roleSlug(roleArn)}`;
        const entry = new eks.AccessEntry(
          name,
          { clusterName, principalArn: roleArn, type: "STANDARD", kubernetesGroups: [...groups] },
          { parent: this },
        );
        if (!administrator) return [entry];
        return [entry, this.associate(name, clusterName, entry, administratorPolicyArn)];
      },
    );
    const emergency = new eks.AccessEntry(
      `${this.name}-access-break-glass`,
      {
        clusterName,
        principalArn: this.args.breakGlassRoleArn,
        type: "STANDARD",
        kubernetesGroups: [dutyGroups.breakGlass],
      },
      { parent: this },
    );
    const name = `${this.name}-access-nodes`;
    const nodes = new eks.AccessEntry(
      name,
      { clusterName, principalArn: nodeRole.arn, type: "EC2" },
      { parent: this },
    );
    return [...people, emergency, nodes, this.associate(name, clusterName, nodes, nodePolicyArn)];
  }

  private associate(
    name: string,
    clusterName: pulumi.Input<string>,
    entry: eks.AccessEntry,
    policyArn: string,
  ): pulumi.Resource {
    return new eks.AccessPolicyAssociation(
      name,
      {
        clusterName,
        principalArn: entry.principalArn,
        policyArn,
        accessScope: { type: "cluster" },
      },
      { parent: this },
    );
  }

  private createProvider(cluster: eks.Cluster, entries: readonly pulumi.Resource[]): Provider {
    const { name, region, tunnelPort } = this.args;
    const config = pulumi
      .all([cluster.endpoint, cluster.certificateAuthority])
      .apply(([endpoint, authority]) =>
        kubeconfig({ name, region, endpoint, certificateAuthority: authority.data, tunnelPort }),
      );
    // The identifier keeps objects in place when only the way to the cluster changes.
    return new Provider(
      this.name,
      { kubeconfig: config, clusterIdentifier: cluster.arn, enableServerSideApply: true },
      { parent: this, dependsOn: [...entries] },
    );
  }

  /** Auto Mode ignores every NetworkPolicy until this switch is on. */
  private enforceNetworkPolicies(): ConfigMap {
    return new ConfigMap(
      `${this.name}-network-policies`,
      {
        metadata: { name: "amazon-vpc-cni", namespace: "kube-system" },
        data: { "enable-network-policy-controller": "true" },
      },
      { parent: this, provider: this.provider },
    );
  }

  private createNodePools(nodeRole: iam.Role): CustomResource[] {
    const { environment, privateSubnetIds, volumesKeyArn, gpu } = this.args;
    const settings = {
      environment,
      roleName: nodeRole.name,
      subnetIds: privateSubnetIds,
      securityGroupId: this.securityGroupId,
      volumesKeyArn,
    };
    const kinds: NodeKind[] = gpu ? ["general", "gpu"] : ["general"];
    return kinds.map((kind) => {
      const [name, metadata] = [`${this.name}-nodes-${kind}`, { name: `causeway-${kind}` }];
      const nodeClass = new CustomResource(
        name,
        {
          apiVersion: "eks.amazonaws.com/v1",
          kind: "NodeClass",
          metadata,
          spec: nodeClassSpec(kind, settings),
        },
        { parent: this, provider: this.provider },
      );
      const spec = nodePoolSpec(kind, metadata.name, environment);
      return new CustomResource(
        name,
        { apiVersion: "karpenter.sh/v1", kind: "NodePool", metadata, spec },
        { parent: this, provider: this.provider, dependsOn: nodeClass },
      );
    });
  }
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/**
 * Kubernetes minor versions that the platform is tested with; EKS standard support on 2026-11-24.
 */
export const kubernetesVersions = ["1.34", "1.35", "1.36"] as const;
