import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { CronJob } from "@pulumi/kubernetes/batch/v1";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { RoleScope } from "../../aws/role-scope";
import { PodIdentity } from "../../region/pod-identity";
import { eraseAccount, namespaces, erasureLabels } from "../../kubernetes/labels";
import { erasureRules, openInRegion } from "../../observability/erasure";
import { type ErasedLogs, logsArguments, logsMount, logsVolume } from "./logs";
import { regionEraserPermissions } from "./permissions";
import { reachLogs } from "./reach-logs";
import { eraserAccount, workSeconds } from "./definition";
import { orderWatchSpec } from "../order-watch";

/** What the eraser of a region without runs is made from. */
export interface RegionEraserSettings {
  readonly region: string;
  /** Where the home region asks. */
  readonly orders: string;
}

/**
 * Looks for orders, and ends at once where there is none. One that could not be done stays open,
 * and the next look tries it again.
 */
export function regionEraserJob(
  { region, orders }: RegionEraserSettings,
  image: pulumi.Input<string>,
) {
  return {
    metadata: { name: eraseAccount, namespace: namespaces.training, labels: erasureLabels },
    spec: orderWatchSpec({
      labels: erasureLabels,
      serviceAccountName: eraseAccount,
      image,
      command: ["python", "-m", "causeway_training.erasing.follow"],
      args: [`--orders=${orders}`, `--region=${region}`, ...logsArguments(region)],
      job: { backoffLimit: 0, activeDeadlineSeconds: workSeconds },
      volumes: [logsVolume],
      volumeMounts: [logsMount],
    }),
  };
}

/** Why the eraser's pods carry a token for the Kubernetes API, in a region without runs. */
export const regionEraserReason = "Asks whose certificate the log store has.";

/** Arguments of {@link RegionEraser}. */
export interface RegionEraserArgs {
  /** Where the home region asks. */
  readonly orders: string;
  /** The region's log store. */
  readonly logs: ErasedLogs;
  /** Address of the folder of the runbooks; ends with a slash. */
  readonly runbookBase: string;
  /** Image of the training steps, by digest. */
  readonly image: pulumi.Input<string>;
  /** The region's cluster, and whose buckets the pods may use. */
  readonly aws: { readonly clusterName: string; readonly scope: RoleScope };
}

/**
 * The eraser of a region without runs. It erases from its own log store what the home region's
 * workflow asks for after a second person's answer, and says what a search then finds; so no region
 * reaches another's log store.
 */
export class RegionEraser extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:RegionEraser";

  constructor(name: string, args: RegionEraserArgs, opts?: pulumi.ComponentResourceOptions) {
    const { orders, logs, image, aws } = args;
    super(RegionEraser.__pulumiType, name, { region: logs.region, orders, image }, opts);
    const account = new ServiceAccount(`${name}-account`, eraserAccount(regionEraserReason), {
      parent: this,
    });
    const reach = reachLogs(this, name, logs, account);
    const identity = new PodIdentity(
      `${name}-identity`,
      {
        clusterName: aws.clusterName,
        namespace: namespaces.training,
        serviceAccount: eraseAccount,
        permissions: regionEraserPermissions(aws.scope, logs.region),
      },
      { parent: this, dependsOn: account },
    );
    new CronJob(`${name}-job`, regionEraserJob({ region: logs.region, orders }, image), {
      parent: this,
      dependsOn: [...reach, identity],
    });
    new CustomResource(`${name}-alerts`, erasureRules(openInRegion, args.runbookBase), {
      parent: this,
    });
    this.registerOutputs({});
  }
}
