import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { Secret, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { bucketName } from "../../aws/naming";
import type { RoleScope } from "../../aws/role-scope";
import { PodIdentity } from "../../region/pod-identity";
import { usesVolume } from "../retraining/volume";
import { artifactFolders } from "../retraining/permissions";
import type { Locations, RetrainingImages } from "../retraining/definition";
import { eraseAccount, namespaces, erasureLabels } from "../../kubernetes/labels";
import { erasureRules, openAtHome } from "../../observability/erasure";
import type { ErasedLogs } from "./logs";
import { eraserPermissions } from "./permissions";
import { reachLogs } from "./reach-logs";
import { eraserAccount, ringSecret } from "./definition";
import { erasureTemplate, type Asking } from "./template";

/** Arguments of {@link Erasure}. */
export interface ErasureArgs {
  readonly region: string;
  readonly locations: Locations;
  readonly images: RetrainingImages<pulumi.Input<string>>;
  /** The ring of keys behind pseudonyms: a secret. */
  readonly keyRing: pulumi.Input<string>;
  /** Address of the folder of the runbooks; ends with a slash. */
  readonly runbookBase: string;
  /** The region's log store, whose lines of the subject go too. @default logs are erased by hand */
  readonly logs?: ErasedLogs | undefined;
  /**
   * On AWS: the cluster, and whose buckets are searched, in all regions. @default an existing
   * cluster, without buckets
   */
  readonly aws?: { readonly clusterName: string; readonly scope: RoleScope } | undefined;
}

/**
 * The erasure of one subject's data: the account that may, the ring that turns a pseudonym into all
 * others, and the workflow. In the home region.
 */
export class Erasure extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:Erasure";

  constructor(name: string, args: ErasureArgs, opts?: pulumi.ComponentResourceOptions) {
    const { region, locations, images, keyRing, logs, aws } = args;
    super(Erasure.__pulumiType, name, { region, locations }, opts);
    const child = { parent: this };
    const account = new ServiceAccount(`${name}-account`, eraserAccount(), child);
    const binding = this.createReportRight(name, account);
    const ring = this.createRing(name, keyRing);
    const identity = aws ? [this.createIdentity(name, aws, account)] : [];
    const reach = logs ? reachLogs(this, name, logs, account) : [];
    const settings = {
      searched: searchedLocations(locations, aws?.scope),
      record: locations,
      onVolume: usesVolume(locations),
      images,
      logs: logs?.region,
      asking: askingOf(args),
    };
    new CustomResource(`${name}-template`, erasureTemplate(settings), {
      parent: this,
      dependsOn: [binding, ring, ...reach, ...identity],
    });
    new CustomResource(`${name}-alerts`, erasureRules(openAtHome, args.runbookBase), child);
    this.registerOutputs({});
  }

  /** The right to say how a step ended, which Argo's executor needs. */
  private createReportRight(name: string, account: ServiceAccount): RoleBinding {
    const metadata = { name: eraseAccount, namespace: namespaces.training, labels: erasureLabels };
    const role = new Role(
      `${name}-report`,
      {
        metadata,
        rules: [
          {
            apiGroups: ["argoproj.io"],
            resources: ["workflowtaskresults"],
            verbs: ["create", "patch"],
          },
        ],
      },
      { parent: this },
    );
    return new RoleBinding(
      `${name}-report`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: eraseAccount },
        subjects: [{ kind: "ServiceAccount", name: eraseAccount, namespace: namespaces.training }],
      },
      { parent: this, dependsOn: [role, account] },
    );
  }

  private createRing(name: string, keyRing: pulumi.Input<string>): Secret {
    return new Secret(
      `${name}-keys`,
      {
        metadata: { name: ringSecret.name, namespace: namespaces.training, labels: erasureLabels },
        type: "Opaque",
        stringData: { [ringSecret.key]: keyRing },
      },
      { parent: this },
    );
  }

  /** On AWS: the right to the rows in the buckets of all regions. */
  private createIdentity(
    name: string,
    { clusterName, scope }: NonNullable<ErasureArgs["aws"]>,
    account: ServiceAccount,
  ): PodIdentity {
    return new PodIdentity(
      `${name}-identity`,
      {
        clusterName,
        namespace: namespaces.training,
        serviceAccount: eraseAccount,
        permissions: eraserPermissions(scope),
      },
      { parent: this, dependsOn: account },
    );
  }
}

/** Every other region of the stack: each has a log store that home does not reach. */
function askingOf({ region, locations: { erasures }, aws }: ErasureArgs): Asking | undefined {
  const regions = (aws?.scope.regions ?? []).filter((name) => name !== region);
  return erasures === undefined || regions.length === 0 ? undefined : { regions, orders: erasures };
}

/** The lake and the runs of every region: a copy in another region is no less the subject's. */
export function searchedLocations({ runs }: Locations, scope: RoleScope | undefined): string[] {
  if (scope === undefined) return [runs];
  return scope.regions.flatMap((region) => [
    `s3://${bucketName(scope, "data", region)}`,
    `s3://${bucketName(scope, "artifacts", region)}/${artifactFolders.runs}`,
  ]);
}
