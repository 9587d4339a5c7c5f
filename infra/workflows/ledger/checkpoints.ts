import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { CronJob } from "@pulumi/kubernetes/batch/v1";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { checkpointFolder } from "../../aws/bucket-policy";
import { roleName } from "../../aws/naming";
import { policyDocument, type PolicyDocument } from "../../aws/policy-document";
import {
  keysThroughStorage,
  resourcesOf,
  signCheckpoints,
  type RoleScope,
} from "../../aws/role-scope";
import { checkpointAccount, checkpointLabels, namespaces } from "../../kubernetes/labels";
import type { OrderedOptions } from "../../kubernetes/ordering";
import { checkpointRules } from "../../observability/checkpoints";
import { PodIdentity } from "../../region/pod-identity";
import { orderWatchSpec } from "../order-watch";
import { ledgerOptions, type LedgerPlace } from "../retraining/definition";
import { deliveryCommand } from "../retraining/step";

/** Arguments of {@link LedgerCheckpoints}. */
export interface LedgerCheckpointsArgs {
  /** The home region. */
  readonly region: string;
  /** The audit ledger, and the key of its checkpoints. */
  readonly locations: LedgerPlace;
  /** Address of the folder of the runbooks; ends with a slash. */
  readonly runbookBase: string;
  /** Image of the promoter, by digest. */
  readonly image: pulumi.Input<string>;
  /** The region's cluster, and whose buckets and key the pods may use. */
  readonly aws: { readonly clusterName: string; readonly scope: RoleScope };
}

/**
 * Signs every few minutes how far the audit ledger goes, where nobody who adds to the ledger can
 * write: so it shows when its end is cut off or when it is written again.
 */
export class LedgerCheckpoints extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:LedgerCheckpoints";

  constructor(name: string, args: LedgerCheckpointsArgs, opts?: OrderedOptions) {
    const { region, locations, image, aws } = args;
    super(LedgerCheckpoints.__pulumiType, name, { region, locations, image }, opts);
    const child = { parent: this, dependsOn: [...(opts?.dependsOn ?? [])] };
    const metadata = {
      name: checkpointAccount,
      namespace: namespaces.training,
      labels: checkpointLabels,
    };
    const account = new ServiceAccount(
      `${name}-account`,
      { metadata, automountServiceAccountToken: false },
      child,
    );
    const identity = new PodIdentity(
      `${name}-identity`,
      {
        clusterName: aws.clusterName,
        namespace: namespaces.training,
        serviceAccount: checkpointAccount,
        roleName: roleName(aws.scope, "checkpoints"),
        permissions: checkpointPermissions(aws.scope),
      },
      { parent: this, dependsOn: [account] },
    );
    new CronJob(
      `${name}-job`,
      { metadata, spec: checkpointSpec(args) },
      { parent: this, dependsOn: [identity] },
    );
    new CustomResource(`${name}-alert`, checkpointRules(args.runbookBase), child);
    this.registerOutputs({});
  }
}

/** A ledger that does not hold fails each run; no other try would change that. */
function checkpointSpec({ locations, image }: LedgerCheckpointsArgs) {
  return orderWatchSpec({
    labels: checkpointLabels,
    serviceAccountName: checkpointAccount,
    image,
    command: deliveryCommand("checkpoint"),
    args: ledgerOptions(locations),
    job: { backoffLimit: 0, activeDeadlineSeconds: 600 },
    apiToken: false,
    staysHome: true,
  });
}

/** Reads the ledger, and writes and signs its checkpoints; nothing else. */
export function checkpointPermissions(scope: RoleScope): PolicyDocument {
  const own = resourcesOf(scope);
  const checkpoints = own.objects("audit", `${checkpointFolder}/`);
  return policyDocument(
    {
      Sid: "ListLedger",
      Effect: "Allow",
      Action: ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation"],
      Resource: own.bucket("audit"),
    },
    {
      Sid: "ReadLedger",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: [...own.objects("audit", "ledger/"), ...checkpoints],
    },
    { Sid: "AddCheckpoints", Effect: "Allow", Action: ["s3:PutObject"], Resource: checkpoints },
    keysThroughStorage("Encrypt", scope, ["audit"], ["kms:Decrypt", "kms:GenerateDataKey"]),
    signCheckpoints(scope),
  );
}
