import type { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import type { BucketPurpose, KeyPurpose } from "../kubernetes/labels";
import { BreakGlassAlarm } from "./break-glass";
import { retentionInputs } from "./bucket";
import { Buckets } from "./buckets";
import { ThreatDetection, type ThreatDetectionChoice } from "./detection";
import { EncryptionKeys } from "./keys";
import { MetricsWorkspace } from "./metrics-workspace";
import {
  bucketsTooLong,
  isCommercialRegion,
  maximumBucketName,
  type Naming,
  type PlatformRole,
  type SharedImage,
  sharedImages,
} from "./naming";
import { ImageRegistry } from "./registry";
import { PlatformRoles, type AccessLists } from "./roles";
import { SigningKey } from "./signing-key";
import { AuditTrail } from "./trail";
import { within } from "./workload-boundary";
import type { Environment } from "../../services/contract/environments";
import { minimumLogDays } from "../../services/contract/tiers";
import { days, durationText, type Seconds } from "../../services/contract/units";

/** Arguments of {@link GlobalFoundation}. */
export interface GlobalFoundationArgs extends Naming {
  readonly environment: Environment;
  /**
   * Regions of the stack; the first is home to primary keys, pushed images, the trail and the
   * metrics.
   */
  readonly regions: readonly string[];
  /** How long audit objects are locked, e.g. `400 days`; at least 183 days. */
  readonly auditRetention: Seconds;
  /** How long the runs of each model are kept, e.g. `730 days`, by its name. */
  readonly runRetention: Readonly<Record<string, Seconds>>;
  /** Names of the models. */
  readonly models: readonly string[];
  /** Who may assume the platform's roles. */
  readonly access: AccessLists;
  /** E-mail addresses that are told whenever the break-glass role is assumed. */
  readonly alertEmails: readonly string[];
  /** @default own */
  readonly threatDetection?: ThreatDetectionChoice | undefined;
  /** Whether sessions to the clusters go through instances of Auto Scaling. @default false */
  readonly sessions?: boolean;
  /** One provider for each region. */
  readonly providers: Readonly<Record<string, Provider>>;
}

/** Name and ARN of a bucket. */
export interface BucketReference {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
}

/**
 * What all regions stand on: keys, images, buckets, audit trail, detection, roles, metrics.
 *
 * After a `destroy` of prod, the audit and log buckets and the audit keys stay in the account, as
 * the law asks of the log. A later `up` of the same stack must import them, because their names are
 * taken.
 */
export class GlobalFoundation extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:GlobalFoundation";
  /** Addresses of the models' repositories in the home region, by model. */
  readonly repositoryUrls: Readonly<Record<string, pulumi.Output<string>>>;
  readonly roleArns: Readonly<Record<PlatformRole, pulumi.Output<string>>>;
  /** Amazon Managed Prometheus in the home region. */
  readonly metricsWorkspace: {
    readonly remoteWriteUrl: pulumi.Output<string>;
    readonly queryUrl: pulumi.Output<string>;
    readonly arn: pulumi.Output<string>;
  };
  /** GuardDuty detector ids by region. */
  readonly detectors: Readonly<Record<string, pulumi.Output<string>>>;
  /** ARN of the permissions boundary of the roles of pods and services. */
  readonly workloads: pulumi.Output<string>;
  private readonly keys: EncryptionKeys;
  private readonly buckets: Buckets;
  private readonly registry: ImageRegistry;
  private readonly naming: Naming;

  constructor(name: string, args: GlobalFoundationArgs, opts?: pulumi.ComponentResourceOptions) {
    const { providers, ...inputs } = args;
    super(GlobalFoundation.__pulumiType, name, { ...inputs, ...retentionInputs(args) }, opts);
    const problems = foundationProblems(args);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("\n"), this);
    const { organization, account, stack, environment, regions, models, access, sessions } = args;
    const [home = ""] = regions;
    const naming = { organization, account, stack };
    const child = { parent: this };
    const inHome = { parent: this, provider: providers[home] };

    this.naming = naming;
    const roles = new PlatformRoles(`${name}-roles`, { ...naming, regions, access }, inHome);
    this.keys = new EncryptionKeys(
      `${name}-keys`,
      { ...naming, environment, regions, providers, ...(sessions && { sessions }) },
      child,
    );
    this.createSigningKeys(name, args, inHome);
    this.registry = new ImageRegistry(
      `${name}-registry`,
      { ...naming, environment, regions, models, keys: this.keys, providers },
      child,
    );
    this.buckets = new Buckets(
      `${name}-buckets`,
      {
        ...naming,
        environment,
        regions,
        auditRetention: args.auditRetention,
        runRetention: args.runRetention,
        keys: this.keys,
        providers,
      },
      { ...child, transformations: [within(roles.workloads)] },
    );
    this.detectors = this.createOversight(name, args, inHome).detectors;

    this.repositoryUrls = Object.fromEntries(
      models.map((model) => [model, this.repositoryUrl(model, home)]),
    );
    this.roleArns = roles.arns;
    this.workloads = roles.workloads;
    this.metricsWorkspace = this.createMetrics(name, home, inHome);
    this.registerOutputs({
      repositoryUrls: this.repositoryUrls,
      roleArns: this.roleArns,
      metricsWorkspace: this.metricsWorkspace,
      detectors: this.detectors,
    });
  }

  private createSigningKeys(
    name: string,
    { environment }: GlobalFoundationArgs,
    inHome: pulumi.CustomResourceOptions,
  ): void {
    for (const purpose of ["signing", "checkpoints"] as const)
      new SigningKey(`${name}-${purpose}`, { ...this.naming, environment, purpose }, inHome);
  }

  /** What sees misuse of the account: the audit trail, threat detection and the break-glass alarm. */
  private createOversight(
    name: string,
    { regions, alertEmails, threatDetection, providers }: GlobalFoundationArgs,
    inHome: pulumi.CustomResourceOptions,
  ): ThreatDetection {
    const { naming } = this;
    const [home = ""] = regions;
    const child = { parent: this };
    new AuditTrail(
      `${name}-trail`,
      {
        ...naming,
        regions,
        auditBucket: this.bucket("audit", home).name,
        keyArn: this.keyArn("audit", home),
      },
      inHome,
    );
    new BreakGlassAlarm(
      `${name}-break-glass`,
      { ...naming, regions, alertEmails, keys: this.keys, providers },
      child,
    );
    return new ThreatDetection(
      `${name}-detection`,
      { ...naming, regions, threatDetection, providers },
      child,
    );
  }

  private createMetrics(name: string, home: string, inHome: pulumi.CustomResourceOptions) {
    const { remoteWriteUrl, queryUrl, arn } = new MetricsWorkspace(
      `${name}-metrics`,
      { ...this.naming, homeRegion: home, logsKeyArn: this.keyArn("logs", home) },
      inHome,
    );
    return { remoteWriteUrl, queryUrl, arn };
  }

  /** ARN of a purpose's key in a region. */
  keyArn(purpose: KeyPurpose, region: string): pulumi.Output<string> {
    return this.keys.arn(purpose, region);
  }

  /**
   * Address of a model's repository in a region: a region pulls from its own, so that it starts
   * without the home region.
   */
  repositoryUrl(model: string, region: string): pulumi.Output<string> {
    return this.registry.modelUrl(this.naming, model, region);
  }

  /** Address of a shared image's repository in a region. */
  sharedRepositoryUrl(image: SharedImage, region: string): pulumi.Output<string> {
    return this.registry.sharedUrl(this.naming, image, region);
  }

  /** Addresses of all repositories in a region, by model and by shared image. */
  repositoriesIn(region: string): Record<string, pulumi.Output<string>> {
    return {
      ...Object.fromEntries(
        sharedImages.map((name) => [name, this.sharedRepositoryUrl(name, region)]),
      ),
      ...Object.fromEntries(
        Object.keys(this.repositoryUrls).map((model) => [model, this.repositoryUrl(model, region)]),
      ),
    };
  }

  /** The bucket of a purpose in a region. */
  bucket(purpose: BucketPurpose, region: string): BucketReference {
    const { name, arn } = this.buckets.bucket(purpose, region);
    return { name, arn };
  }

  /** Name of the region's bucket for access logs of load balancers and buckets. */
  logBucketName(region: string): pulumi.Output<string> {
    return this.buckets.bucket("logs", region).name;
  }
}

/** What is wrong with the arguments of a foundation; empty when nothing is. */
export function foundationProblems(args: GlobalFoundationArgs): string[] {
  return [
    ...(args.regions.length === 0 ? ["regions must have at least one region"] : []),
    ...args.regions
      .filter((region, index) => args.regions.indexOf(region) !== index)
      .map((region) => `regions must not repeat ${region}`),
    ...args.regions.flatMap((region) => regionProblems(region, args)),
    ...retentionProblems(args.auditRetention),
  ];
}

function regionProblems(region: string, args: GlobalFoundationArgs): string[] {
  return [
    ...(args.providers[region] === undefined
      ? [`providers must have one for ${region}, or its resources would land in another region`]
      : []),
    ...(isCommercialRegion(region)
      ? []
      : [
          `regions: ${region} is in a partition whose ARNs and services differ; use a commercial region`,
        ]),
    ...bucketsTooLong(args, region).map(
      (name) =>
        `organization (${args.organization}) and stack (${args.stack}) are too long: bucket ${name} has ${name.length} characters, at most ${maximumBucketName} are allowed`,
    ),
  ];
}

function retentionProblems(retention: Seconds): string[] {
  const kept = days(retention);
  return kept < minimumLogDays
    ? [
        `auditRetention (${durationText(retention)}) must be at least ${minimumLogDays} days (EU AI Act Art. 19, 26(6))`,
      ]
    : [];
}
