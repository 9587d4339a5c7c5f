import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { CronJob } from "@pulumi/kubernetes/batch/v1";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { labelKeys } from "../../services/contract/labels";
import type { RiskTier } from "../../services/contract/tiers";
import { approverKeysOption, type RoleKey } from "../../services/evidence/approvals";
import { servingNames } from "../../services/evidence/rollout";
import type { RoleScope } from "../aws/role-scope";
import { namespaces, resumerAccount, resumerLabels } from "../kubernetes/labels";
import type { OrderedOptions } from "../kubernetes/ordering";
import { resumerRules } from "../observability/resumer";
import { PodIdentity } from "../region/pod-identity";
import { orderWatchSpec } from "./order-watch";
import { ledgerOptions, type LedgerPlace } from "./retraining/definition";
import { resumerPermissions } from "./retraining/permissions";
import { deliveryCommand } from "./retraining/step";

/** What the resumer of a region is made from; plain values only. */
export interface ResumerSettings {
  readonly region: string;
  /** Models of the region, each with its tier, by which approvals are counted. */
  readonly models: readonly { readonly name: string; readonly riskTier: RiskTier }[];
  /** Ledger in a bucket. @default none: approvers take their approvals into the cluster */
  readonly ledger?: LedgerPlace | undefined;
  /** Keys of the people who approve, by role. */
  readonly approverKeys: readonly RoleKey[];
}

/** Arguments of {@link Resumer}. */
export interface ResumerArgs extends ResumerSettings {
  /** Address of the folder of the runbooks; ends with a slash. */
  readonly runbookBase: string;
  /** Image of the promoter, by digest. */
  readonly image: pulumi.Input<string>;
  /** On AWS: the region's cluster, and whose buckets the pods may use. @default no bucket */
  readonly aws?: { readonly clusterName: string; readonly scope: RoleScope } | undefined;
}

/** Longest look in seconds: the next one comes in a minute. */
const lookSeconds = 300;

/**
 * Looks every minute whether a release waits whose approvals are on record. A look that fails is not
 * tried again: the next one is soon.
 */
export function resumerJob(
  { region, models, ledger, approverKeys }: ResumerSettings,
  image: pulumi.Input<string>,
) {
  return {
    metadata: { name: resumerAccount, namespace: namespaces.training, labels: resumerLabels },
    spec: orderWatchSpec({
      schedule: "every minute",
      labels: resumerLabels,
      serviceAccountName: resumerAccount,
      image,
      command: deliveryCommand("resume"),
      args: [
        `--region=${region}`,
        ...models.map(({ name, riskTier }) => `--model=${name}=${riskTier}`),
        ...(ledger === undefined ? [] : ledgerOptions(ledger)),
        ...approverKeysOption(approverKeys),
      ],
      job: { backoffLimit: 0, activeDeadlineSeconds: lookSeconds },
    }),
  };
}

/** What the resumer may do in the namespace of the models. */
export function rolloutRules({ models, ledger }: Pick<ResumerSettings, "models" | "ledger">) {
  const resourceNames = models.map(({ name }) => servingNames(name).model);
  const rollouts = (resource: string, verb: string) => ({
    apiGroups: ["argoproj.io"],
    resources: [resource],
    resourceNames,
    verbs: [verb],
  });
  const carried = { apiGroups: [""], resources: ["configmaps"], verbs: ["list"] };
  return [
    rollouts("rollouts", "get"),
    rollouts("rollouts/status", "patch"),
    ...(ledger === undefined ? [carried] : []),
  ];
}

/**
 * Takes the releases of a region out of their pause, once what the tier asks for is on record:
 * admission lets nobody else. It reads the approvals and can write none.
 */
export class Resumer extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:Resumer";

  constructor(name: string, args: ResumerArgs, opts?: OrderedOptions) {
    const { region, models, ledger, image, aws } = args;
    super(Resumer.__pulumiType, name, { region, models, ledger, image }, opts);
    const child = { parent: this, dependsOn: [...(opts?.dependsOn ?? [])] };
    const account = new ServiceAccount(
      `${name}-account`,
      {
        metadata: {
          name: resumerAccount,
          namespace: namespaces.training,
          labels: resumerLabels,
          annotations: { [labelKeys.apiToken]: "Takes an approved release out of its pause." },
        },
        automountServiceAccountToken: true,
      },
      child,
    );
    const metadata = { name: resumerAccount, namespace: namespaces.models, labels: resumerLabels };
    const role = new Role(name, { metadata, rules: rolloutRules(args) }, child);
    const binding = new RoleBinding(
      name,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: resumerAccount },
        subjects: [
          { kind: "ServiceAccount", name: resumerAccount, namespace: namespaces.training },
        ],
      },
      { parent: this, dependsOn: [role, account] },
    );
    const identity = aws && this.createIdentity(name, aws, account);
    new CronJob(`${name}-job`, resumerJob(args, image), {
      parent: this,
      dependsOn: [binding, ...(identity ? [identity] : [])],
    });
    new CustomResource(`${name}-alerts`, resumerRules(args.runbookBase), child);
    this.registerOutputs({});
  }

  private createIdentity(
    name: string,
    { clusterName, scope }: NonNullable<ResumerArgs["aws"]>,
    account: ServiceAccount,
  ): PodIdentity {
    return new PodIdentity(
      `${name}-identity`,
      {
        clusterName,
        namespace: namespaces.training,
        serviceAccount: resumerAccount,
        permissions: resumerPermissions(scope),
      },
      { parent: this, dependsOn: [account] },
    );
  }
}
