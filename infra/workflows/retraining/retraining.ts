import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { PersistentVolumeClaim, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import type { RoleKey } from "../../../services/evidence/approvals";
import type { Contract } from "../../../services/contract/contract";
import type { RoleScope } from "../../aws/role-scope";
import type { Environment } from "../../../services/contract/environments";
import type { ImageEvidence } from "../../../services/evidence/images";
import { PodIdentity } from "../../region/pod-identity";
import { namespaces, accounts, type RetrainingAccount } from "../../kubernetes/labels";
import { accountGrants, roleOf, serviceAccount } from "./access";
import { eventBus, eventSource, sensor } from "./alert-trigger";
import { volumeClaim, usesVolume } from "./volume";
import { permissions } from "./permissions";
import {
  retrainingProblems,
  type Locations,
  type RetrainingImages,
  retrainingLabels,
  retrainingNames,
  trainingMetadata,
  type RetrainingSettings,
} from "./definition";
import { workflowTemplate } from "./template";
import type { OrderedOptions } from "../../kubernetes/ordering";
import { scheduledParameters } from "./steps";

/** Arguments of {@link Retraining}. */
export interface RetrainingArgs {
  /** Region in which the runs happen. */
  readonly region: string;
  readonly environment: Environment;
  /** The models, each with the image that serves it, by digest. */
  readonly models: readonly { readonly contract: Contract; readonly image: pulumi.Input<string> }[];
  readonly locations: Locations;
  /** Regions in the order in which they take a release. */
  readonly regions: readonly string[];
  readonly images: RetrainingImages<pulumi.Input<string>>;
  /** Keys of the people who approve, by role. @default none: roles are bound by storage alone */
  readonly approverKeys?: readonly RoleKey[] | undefined;
  /** Public keys (PEM), one of which must have signed a release. @default any, or none */
  readonly trustedKeys?: readonly string[] | undefined;
  /** What is known of the images; policies judge it. @default nothing */
  readonly imageEvidence?: RetrainingImages<ImageEvidence> | undefined;
  /**
   * On AWS: the cluster, and whose buckets the pods may use. @default an existing cluster, without
   * buckets
   */
  readonly aws?: { readonly clusterName: string; readonly scope: RoleScope } | undefined;
}

/**
 * The retraining of all models: how a run looks, when it starts by the clock, and what starts it
 * when an alert fires. Only in the home region: data, champions and budget are one for all regions.
 */
export class Retraining extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:Retraining";

  constructor(
    private readonly name: string,
    private readonly args: RetrainingArgs,
    opts?: OrderedOptions,
  ) {
    const { region, environment, models, locations, regions } = args;
    super(
      Retraining.__pulumiType,
      name,
      {
        region,
        environment,
        models: models.map(({ contract }) => contract.name),
        locations,
        regions,
        images: args.images,
        ...(args.imageEvidence && { imageEvidence: args.imageEvidence }),
      },
      opts,
    );
    const after = opts?.dependsOn ?? [];
    const problems = retrainingProblems({
      ...args,
      contracts: models.map(({ contract }) => contract),
    });
    if (problems.length > 0)
      throw new pulumi.ResourceError(`${name}: ${problems.join("; ")}`, this);

    const child = { parent: this, dependsOn: [...after] };
    const ready = this.createAccounts(child);
    const volume = usesVolume(locations)
      ? [new PersistentVolumeClaim(`${name}-lake`, volumeClaim(environment), child)]
      : [];
    const bus = new CustomResource(`${name}-bus`, eventBus(args), child);
    const webhook = new CustomResource(`${name}-alerts`, eventSource(), {
      parent: this,
      dependsOn: bus,
    });
    for (const model of models)
      this.createModel(model, { parent: this, dependsOn: [...ready, ...volume, webhook] });
    this.registerOutputs({});
  }

  private createAccounts(child: pulumi.CustomResourceOptions): pulumi.Resource[] {
    const created: RetrainingAccount[] = ["trainer", "recorder", "promoter", "sensor"];
    const identities = created.map(
      (account) =>
        new ServiceAccount(`${this.name}-${accounts[account]}`, serviceAccount(account), child),
    );
    const bindings = accountGrants(this.args.models.map(({ contract }) => contract.name)).map(
      (grant) => {
        const { role, binding } = roleOf(grant);
        const granted = new Role(`${this.name}-${grant.name}`, role, child);
        return new RoleBinding(`${this.name}-${grant.name}`, binding, {
          parent: this,
          dependsOn: [granted, ...identities],
        });
      },
    );
    return [...identities, ...bindings, ...this.createCloudIdentities([...identities])];
  }

  /** Roles in AWS of the accounts whose pods use buckets. */
  private createCloudIdentities(after: pulumi.Resource[]): pulumi.Resource[] {
    const { aws } = this.args;
    if (aws === undefined) return [];
    const { clusterName, scope } = aws;
    return (["trainer", "recorder", "promoter"] as const).map(
      (account) =>
        new PodIdentity(
          `${this.name}-${account}-identity`,
          {
            clusterName,
            namespace: namespaces.training,
            serviceAccount: accounts[account],
            permissions: permissions[account](scope),
          },
          { parent: this, dependsOn: after },
        ),
    );
  }

  private createModel(
    { contract, image }: RetrainingArgs["models"][number],
    child: pulumi.CustomResourceOptions,
  ): void {
    const { environment, locations, regions, region, images } = this.args;
    const { approverKeys = [], trustedKeys = [] } = this.args;
    const keys = { approverKeys, trustedKeys };
    const settings = { contract, environment, locations, regions, home: region, ...keys };
    const prefix = `${this.name}-${contract.name}`;
    const template = new CustomResource(
      `${prefix}-template`,
      workflowTemplate(settings, images, image),
      child,
    );
    const started = { parent: this, dependsOn: template };
    new CustomResource(`${prefix}-schedule`, cronWorkflow(settings), started);
    new CustomResource(`${prefix}-sensor`, sensor(settings), started);
  }
}

/**
 * Starts a run at the contract's hour, unless the last scheduled one still runs. A start that was
 * missed by an hour is left out.
 */
export function cronWorkflow({ contract }: Pick<RetrainingSettings, "contract">) {
  const names = retrainingNames(contract.name);
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "CronWorkflow",
    metadata: trainingMetadata(contract.name, names.schedule),
    spec: {
      schedules: [contract.retraining.schedule],
      timezone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 3_600,
      successfulJobsHistoryLimit: 7,
      failedJobsHistoryLimit: 7,
      workflowMetadata: { labels: retrainingLabels(contract.name) },
      workflowSpec: {
        workflowTemplateRef: { name: names.template },
        arguments: { parameters: scheduledParameters },
      },
    },
  };
}
