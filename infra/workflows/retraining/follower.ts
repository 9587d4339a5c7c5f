import { CronJob } from "@pulumi/kubernetes/batch/v1";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import type { RoleScope } from "../../aws/role-scope";
import type { RoleKey } from "../../../services/evidence/approvals";
import { PodIdentity } from "../../region/pod-identity";
import { namespaces, accounts } from "../../kubernetes/labels";
import type { LedgerPlace } from "./definition";
import { followerGrants, roleOf, serviceAccount } from "./access";
import { followerJob, followerReason } from "./follower-job";
import { followerPermissions } from "./permissions";
import type { OrderedOptions } from "../../kubernetes/ordering";

/** Arguments of {@link Follower}. */
export interface FollowerArgs {
  readonly region: string;
  /** Names of the models. */
  readonly models: readonly string[];
  readonly locations: LedgerPlace & { readonly orders: string };
  /** Keys of the people who approve, by role. */
  readonly approverKeys: readonly RoleKey[];
  /** Public keys (PEM), one of which must have signed a release. */
  readonly trustedKeys: readonly string[];
  /** Image of the promoter, by digest. */
  readonly image: pulumi.Input<string>;
  /** The region's cluster, and whose buckets the pods may use. */
  readonly aws: { readonly clusterName: string; readonly scope: RoleScope };
}

/**
 * The promoter of a region without runs. It promotes what the home region asks for, in its own
 * cluster alone, so no region reaches another's API server.
 */
export class Follower extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:Follower";

  constructor(name: string, args: FollowerArgs, opts?: OrderedOptions) {
    const { region, models, locations, approverKeys, trustedKeys, image, aws } = args;
    super(Follower.__pulumiType, name, { region, models, locations, image }, opts);
    const after = opts?.dependsOn ?? [];
    const child = { parent: this, dependsOn: [...after] };
    const account = new ServiceAccount(
      `${name}-${accounts.promoter}`,
      serviceAccount("promoter", followerReason),
      child,
    );
    const bindings = followerGrants(models).map((grant) => {
      const { role, binding } = roleOf(grant);
      const granted = new Role(`${name}-${grant.name}`, role, child);
      return new RoleBinding(`${name}-${grant.name}`, binding, {
        parent: this,
        dependsOn: [granted, account],
      });
    });
    const identity = new PodIdentity(
      `${name}-identity`,
      {
        clusterName: aws.clusterName,
        namespace: namespaces.training,
        serviceAccount: accounts.promoter,
        permissions: followerPermissions(aws.scope, region),
      },
      { parent: this, dependsOn: [account] },
    );
    for (const model of models)
      new CronJob(
        `${name}-${model}`,
        followerJob({ model, region, locations, approverKeys, trustedKeys }, image),
        { parent: this, dependsOn: [...bindings, identity] },
      );
    this.registerOutputs({});
  }
}
