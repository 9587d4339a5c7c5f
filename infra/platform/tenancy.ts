import {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "@pulumi/kubernetes/admissionregistration/v1";
import { Deployment } from "@pulumi/kubernetes/apps/v1";
import {
  LimitRange,
  Namespace,
  ResourceQuota,
  ServiceAccount,
  ServiceAccountPatch,
} from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1";
import { StorageClass } from "@pulumi/kubernetes/storage/v1";
import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../../services/contract/environments";
import { namespaces, type NamespaceRole, partOf } from "../kubernetes/labels";
import { admissionPolicies, policyBinding, policyManifest } from "./admission";
import { headroomDeployment, headroomName, priorities, type Headroom } from "./headroom";
import { limitRangeSpec, quotaSpec } from "./limits";
import { namespaceMetadata, namespaceRoles, tenants, type Tenant } from "./namespaces";
import { networkPolicies, privateNetwork } from "./network-policies";
import {
  grantsOf,
  groupSubject,
  logReaders,
  roleReference,
  type Grant,
  type RbacRule,
} from "./rbac";
import { storageClass, type VolumeSource } from "./storage";
import type { OrderedOptions } from "../kubernetes/ordering";

/** Arguments of {@link Tenancy}. */
export interface TenancyArgs {
  readonly region: string;
  readonly environment: Environment;
  /** Where encrypted volumes come from; also says on which kind of cluster the tenancy is. */
  readonly volumes: VolumeSource;
  /**
   * IPv4 block of the VPC, from which API server and load balancer call. @default all private
   * addresses
   */
  readonly network?: string | undefined;
  /** Blocks of the API server where it has addresses outside the network. @default none */
  readonly apiServers?: readonly string[] | undefined;
  /** Room that is kept free for a spike; none where replicas is 0. */
  readonly headroom: Headroom;
}

/**
 * How the platform divides a cluster: namespaces under a Pod Security Standard, quotas, limits,
 * default-deny network policies, roles of the groups and what admission adds to them, encrypted
 * storage, priorities and headroom. Built-in kinds only, so it comes before any controller.
 */
export class Tenancy extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:Tenancy";

  /**
   * What releases and workloads wait for: namespaces with their limits and policies, and the
   * classes that pods name.
   */
  readonly ready: readonly pulumi.Resource[];

  /** `opts.dependsOn` are the nodes on AWS: the headroom waits for them. */
  constructor(
    private readonly name: string,
    private readonly args: TenancyArgs,
    opts?: OrderedOptions,
  ) {
    const { region, environment, headroom } = args;
    super(
      Tenancy.__pulumiType,
      name,
      { region, environment, target: args.volumes.target, network: args.network, headroom },
      opts,
    );
    const after = opts?.dependsOn ?? [];
    const classes = [this.createStorageClass(), ...this.createPriorities()];
    const created = new Map<NamespaceRole, Namespace>(
      namespaceRoles.map((role) => [role, this.createNamespace(role, after)]),
    );
    const contents = [
      ...namespaceRoles.flatMap((role) =>
        this.closeNetwork(role, { parent: this, dependsOn: created.get(role) }),
      ),
      ...tenants.flatMap((tenant) =>
        this.fill(tenant, { parent: this, dependsOn: created.get(tenant) }),
      ),
    ];
    this.restrict();
    for (const grant of grantsOf(args.volumes.target)) this.grant(grant, [...created.values()]);
    this.showLogs([...created.values()]);
    if (headroom.replicas > 0) this.createHeadroom([...classes, ...contents]);
    this.ready = [...classes, ...created.values(), ...contents];
    this.registerOutputs({ namespaces: namespaceRoles.map((role) => namespaces[role]) });
  }

  private createStorageClass(): StorageClass {
    return new StorageClass(
      `${this.name}-encrypted`,
      storageClass(this.args.volumes, this.args.environment),
      { parent: this },
    );
  }

  private createPriorities(): PriorityClass[] {
    return priorities.map(
      ({ name, value, description }) =>
        new PriorityClass(
          `${this.name}-${name}`,
          {
            metadata: { name },
            value,
            description,
            globalDefault: false,
            preemptionPolicy: value < 0 ? "Never" : "PreemptLowerPriority",
          },
          { parent: this },
        ),
    );
  }

  private createNamespace(role: NamespaceRole, after: readonly pulumi.Resource[]): Namespace {
    return new Namespace(
      `${this.name}-${role}`,
      { metadata: namespaceMetadata(role) },
      { parent: this, dependsOn: [...after] },
    );
  }

  /** What a tenant's namespace holds before its first pod. */
  private fill(tenant: Tenant, child: pulumi.CustomResourceOptions): pulumi.Resource[] {
    const [prefix, namespace] = [`${this.name}-${tenant}`, namespaces[tenant]];
    // Kubernetes makes this account by itself; a pod that names no account must not get a token of
    // it.
    const account = new ServiceAccountPatch(
      `${prefix}-default-account`,
      { metadata: { name: "default", namespace }, automountServiceAccountToken: false },
      child,
    );
    const quota = new ResourceQuota(
      `${prefix}-quota`,
      { metadata: { name: "quota", namespace }, spec: quotaSpec(tenant, this.args.environment) },
      child,
    );
    const limits = new LimitRange(
      `${prefix}-limits`,
      { metadata: { name: "limits", namespace }, spec: limitRangeSpec() },
      child,
    );
    return [account, quota, limits];
  }

  private closeNetwork(role: NamespaceRole, child: pulumi.CustomResourceOptions): NetworkPolicy[] {
    const { volumes, network, apiServers = [] } = this.args;
    const settings = {
      target: volumes.target,
      network: network === undefined ? privateNetwork : [network],
      apiServers,
    };
    return networkPolicies(role, settings).map(
      (policy) => new NetworkPolicy(`${this.name}-${role}-${policy.metadata.name}`, policy, child),
    );
  }

  private grant(grant: Grant, created: readonly Namespace[]): void {
    const name = `${this.name}-${grant.name}${grant.namespace === undefined ? "" : `-${grant.namespace}`}`;
    const rules = rulesOf(grant.rules);
    const binding = { roleRef: roleReference(grant), subjects: [groupSubject(grant.group)] };
    const child = { parent: this, dependsOn: [...created] };
    if (grant.namespace === undefined) {
      const role = new ClusterRole(
        name,
        { metadata: { name: grant.name, labels: partOf }, rules },
        child,
      );
      new ClusterRoleBinding(
        name,
        { metadata: { name: grant.name, labels: partOf }, ...binding },
        { parent: this, dependsOn: role },
      );
      return;
    }
    const metadata = { name: grant.name, namespace: grant.namespace, labels: partOf };
    const role = new Role(name, { metadata, rules }, child);
    new RoleBinding(name, { metadata, ...binding }, { parent: this, dependsOn: role });
  }

  /** One role, bound in each namespace whose pods write nothing about a subject. */
  private showLogs(created: readonly Namespace[]): void {
    const name = `${this.name}-${logReaders.role}`;
    const role = new ClusterRole(
      name,
      { metadata: { name: logReaders.role, labels: partOf }, rules: rulesOf(logReaders.rules) },
      { parent: this },
    );
    for (const namespace of logReaders.namespaces)
      new RoleBinding(
        `${name}-${namespace}`,
        {
          metadata: { name: logReaders.role, namespace, labels: partOf },
          roleRef: {
            apiGroup: "rbac.authorization.k8s.io",
            kind: "ClusterRole",
            name: logReaders.role,
          },
          subjects: logReaders.groups.map(groupSubject),
        },
        { parent: this, dependsOn: [role, ...created] },
      );
  }

  /** What RBAC is too coarse for. */
  private restrict(): void {
    for (const policy of admissionPolicies) {
      const name = `${this.name}-${policy.name}`;
      const created = new ValidatingAdmissionPolicy(name, policyManifest(policy), { parent: this });
      new ValidatingAdmissionPolicyBinding(name, policyBinding(policy), {
        parent: this,
        dependsOn: created,
      });
    }
  }

  private createHeadroom(after: readonly pulumi.Resource[]): void {
    const metadata = { name: headroomName, namespace: namespaces.models };
    const account = new ServiceAccount(
      `${this.name}-headroom`,
      { metadata, automountServiceAccountToken: false },
      { parent: this, dependsOn: [...after] },
    );
    const { metadata: own, spec } = headroomDeployment(this.args.headroom);
    // Idle pods wait for nodes as long as it takes: the platform must not wait for them.
    const annotations = { "pulumi.com/skipAwait": "true" };
    new Deployment(
      `${this.name}-headroom`,
      { metadata: { ...own, annotations }, spec },
      { parent: this, dependsOn: account },
    );
  }
}

/** Rules as the SDK takes them. */
function rulesOf(rules: readonly RbacRule[]) {
  return rules.map(({ apiGroups, resources, verbs, resourceNames }) => ({
    apiGroups: [...apiGroups],
    resources: [...resources],
    verbs: [...verbs],
    ...(resourceNames && { resourceNames: [...resourceNames] }),
  }));
}
