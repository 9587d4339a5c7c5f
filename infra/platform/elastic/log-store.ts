import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { Job } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap, Secret, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Environment } from "../../../services/contract/environments";
import { PodIdentity } from "../../region/pod-identity";
import { namespaces } from "../../kubernetes/labels";
import { accounts, accountSecret, groupAccounts, roleFile, roleSecret } from "./accounts";
import { elasticsearch } from "./elasticsearch";
import { logStoreAlerts } from "./health";
import { kibana, kibanaBudget } from "./kibana";
import { minimumPredictionDays, type SnapshotLocation } from "./lifecycle";
import { eraserName, logLabels, logStoreName, settingsName, shipperName } from "./objects";
import { settingsJob, settingsMap } from "./settings-job";
import { shipper, shipperSecret } from "./shipper";
import { sizes, type LogStoreSize } from "./sizes";
import { snapshotBasePath, snapshotPermissions } from "./snapshot-permissions";
import type { OrderedOptions } from "../../kubernetes/ordering";

/** Where snapshots go, and whose pods may write them. */
export interface LogSnapshots {
  readonly bucketName: string;
  readonly bucketArn: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  readonly clusterName: string;
}

/** Arguments of {@link LogStore}. */
export interface LogStoreArgs {
  readonly region: string;
  readonly environment: Environment;
  /** Days that prediction logs are kept: the longest of all contracts; never less than 183. */
  readonly predictionDays: number;
  /** Address of the folder of the runbooks; ends with a slash. */
  readonly runbookBase: string;
  /** @default no snapshots, where there is no bucket */
  readonly snapshots?: LogSnapshots | undefined;
}

/**
 * Where logs are kept and searched: Elasticsearch, Kibana, a shipper on each node, an account for
 * each group and program, and the settings (templates, lifecycle, snapshots, saved searches) that a
 * Job applies.
 */
export class LogStore extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:LogStore";

  /** Passwords of the groups' accounts, by account: a secret. */
  readonly groupPasswords: pulumi.Output<Readonly<Record<string, string>>>;
  /** Password of the account that deletes the lines of one subject: a secret. */
  readonly eraserPassword: pulumi.Output<string>;
  private readonly passwords: Readonly<Record<string, pulumi.Output<string>>>;

  private readonly after: readonly pulumi.Resource[];
  /** `opts.dependsOn` are the operator and the namespaces: they are gone after what they keep. */
  constructor(
    private readonly name: string,
    args: LogStoreArgs,
    opts?: OrderedOptions,
  ) {
    const { region, environment, predictionDays, snapshots } = args;
    super(
      LogStore.__pulumiType,
      name,
      { region, environment, predictionDays, snapshotBucket: snapshots?.bucketName },
      opts,
    );
    this.after = opts?.dependsOn ?? [];
    if (predictionDays < minimumPredictionDays)
      throw new pulumi.ResourceError(
        `predictionDays (${predictionDays}) must be at least ${minimumPredictionDays}`,
        this,
      );
    const size = sizes[environment];
    const location: SnapshotLocation | undefined = snapshots && {
      bucket: snapshots.bucketName,
      basePath: snapshotBasePath(region),
    };

    this.passwords = Object.fromEntries(
      accounts.map((account) => [account, this.createPassword(account)]),
    );
    const store = this.createElasticsearch(args, size);
    const window = this.createKibana(size, store);
    const settings = this.applySettings({ size, predictionDays, snapshots: location }, [
      store,
      window,
    ]);
    this.createShipper(settings);
    new CustomResource(`${name}-alerts`, logStoreAlerts(size, args.runbookBase), {
      parent: this,
      dependsOn: [...this.after],
    });
    this.eraserPassword = this.passwordOf(eraserName);
    this.groupPasswords = this.passwordsOfGroups();
    this.registerOutputs({});
  }

  /** Elasticsearch, after the accounts and roles that it starts with. */
  private createElasticsearch(
    { region, environment, snapshots }: LogStoreArgs,
    size: LogStoreSize,
  ): CustomResource {
    const secrets = [
      ...this.createAccountSecrets(),
      this.createSecret("roles", roleSecret, namespaces.observability, { "roles.yml": roleFile() }),
    ];
    const identity = snapshots ? [this.createIdentity(region, snapshots)] : [];
    const serviceAccounts = [logStoreName, "kibana", settingsName].map((account) =>
      this.createServiceAccount(account, namespaces.observability),
    );
    return this.createObject(
      "elasticsearch",
      elasticsearch({ environment, size, snapshotRegion: snapshots && region }),
      [...secrets, ...identity, ...serviceAccounts],
    );
  }

  private createKibana(size: LogStoreSize, store: CustomResource): CustomResource {
    const window = this.createObject("kibana", kibana(size), [store]);
    if (size.kibanas > 1)
      new PodDisruptionBudget(`${this.name}-kibana`, kibanaBudget(), {
        parent: this,
        dependsOn: [...this.after],
      });
    return window;
  }

  private createShipper(settings: Job): void {
    // The first line comes when its stream has a template and a lifecycle.
    const password = this.createSecret("shipper", shipperSecret.name, namespaces.logs, {
      [shipperSecret.key]: this.passwordOf(shipperName),
    });
    this.createObject("shipper", shipper(), [
      settings,
      password,
      this.createServiceAccount(shipperName, namespaces.logs),
    ]);
  }

  private passwordsOfGroups(): pulumi.Output<Readonly<Record<string, string>>> {
    return pulumi.secret(
      pulumi.all(
        Object.fromEntries(
          Object.values(groupAccounts).map((account) => [account, this.passwordOf(account)]),
        ),
      ),
    );
  }

  private createPassword(account: string): pulumi.Output<string> {
    return new RandomPassword(
      `${this.name}-${account}`,
      { length: 32, special: false },
      { parent: this },
    ).result;
  }

  private passwordOf(account: string): pulumi.Output<string> {
    return pulumi.secret(this.passwords[account] ?? "");
  }

  /**
   * Accounts as the operator reads them: it keeps only a hash of the password in the cluster's
   * files.
   */
  private createAccountSecrets(): Secret[] {
    return accounts.map((account) =>
      this.createSecret(
        account,
        accountSecret(account),
        namespaces.observability,
        { username: account, password: this.passwordOf(account), roles: account },
        "kubernetes.io/basic-auth",
      ),
    );
  }

  private createSecret(
    part: string,
    name: string,
    namespace: string,
    stringData: Record<string, pulumi.Input<string>>,
    type = "Opaque",
  ): Secret {
    return new Secret(
      `${this.name}-secret-${part}`,
      { metadata: { name, namespace, labels: logLabels(name) }, type, stringData },
      { parent: this, dependsOn: [...this.after] },
    );
  }

  private createServiceAccount(name: string, namespace: string): ServiceAccount {
    return new ServiceAccount(
      `${this.name}-account-${name}`,
      {
        metadata: { name, namespace, labels: logLabels(name) },
        automountServiceAccountToken: false,
      },
      { parent: this, dependsOn: [...this.after] },
    );
  }

  /** The role of Elasticsearch's pods, for the bucket alone. */
  private createIdentity(
    region: string,
    { bucketArn, keyArn, clusterName }: LogSnapshots,
  ): PodIdentity {
    const permissions = pulumi
      .all([bucketArn, keyArn])
      .apply(([arn, key]) => snapshotPermissions({ arn, keyArn: key }, region));
    return new PodIdentity(
      `${this.name}-snapshots`,
      {
        clusterName,
        namespace: namespaces.observability,
        serviceAccount: logStoreName,
        permissions,
      },
      { parent: this, dependsOn: [...this.after] },
    );
  }

  private createObject(
    part: string,
    object: {
      readonly apiVersion: string;
      readonly kind: string;
      readonly metadata: object;
      readonly spec: object;
    },
    dependsOn: readonly pulumi.Resource[],
  ): CustomResource {
    return new CustomResource(`${this.name}-${part}`, object, {
      parent: this,
      dependsOn: [...this.after, ...dependsOn],
    });
  }

  private applySettings(
    settings: Parameters<typeof settingsMap>[0],
    dependsOn: readonly pulumi.Resource[],
  ): Job {
    const map = new ConfigMap(`${this.name}-settings`, settingsMap(settings), {
      parent: this,
      dependsOn: [...this.after],
    });
    return new Job(`${this.name}-settings`, settingsJob(settings), {
      parent: this,
      dependsOn: [map, ...dependsOn],
    });
  }
}
