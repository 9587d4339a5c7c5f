import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { policyText, type PolicyDocument } from "../aws/policy-document";
import { podTrust } from "./cluster-roles";

/** Arguments of {@link PodIdentity}. */
export interface PodIdentityArgs {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Name of the role, where another document names it. @default one that AWS gives */
  readonly roleName?: string;
  /** What the pods may do in AWS. */
  readonly permissions: pulumi.Input<PolicyDocument>;
}

/**
 * An IAM role for the pods of one service account: no key, no token that outlives the pod. What the
 * options depend on, the association waits for: the cluster.
 */
export class PodIdentity extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:PodIdentity";

  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: PodIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super(PodIdentity.__pulumiType, name, args, opts);
    const { clusterName, namespace, serviceAccount, permissions, roleName } = args;
    const role = new iam.Role(
      name,
      {
        ...(roleName !== undefined && { name: roleName }),
        description: `Pods of ${namespace}/${serviceAccount} in ${clusterName}`,
        assumeRolePolicy: policyText(podTrust(clusterName, namespace, serviceAccount)),
      },
      { parent: this },
    );
    new iam.RolePolicy(
      name,
      { role: role.id, policy: pulumi.output(permissions).apply(policyText) },
      { parent: this },
    );
    new eks.PodIdentityAssociation(
      name,
      { clusterName, namespace, serviceAccount, roleArn: role.arn },
      { parent: this, ...(opts?.dependsOn && { dependsOn: opts.dependsOn }) },
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
