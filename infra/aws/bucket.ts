import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { days, durationText, type Seconds } from "../../services/contract/units";
import { classTags } from "../kubernetes/data-classes";
import type { BucketPurpose } from "../kubernetes/labels";
import { lifecycleRules, type Kept } from "./bucket-lifecycle";
import { policyText, type PolicyDocument } from "./policy-document";

/** Arguments of {@link SecureBucket}. */
export interface SecureBucketArgs {
  /** Literal bucket name, unique in the world. */
  readonly bucket: string;
  readonly purpose: BucketPurpose | "logs";
  readonly policy: PolicyDocument;
  /** Length of the audit retention, e.g. `400 days`; also how long the log bucket keeps logs. */
  readonly auditRetention: Seconds;
  /**
   * How long the runs of each model are kept, e.g. `730 days`, by its name. @default as long as
   * they are not deleted
   */
  readonly runRetention?: Readonly<Record<string, Seconds>> | undefined;
  /**
   * Key of the bucket's default encryption; absent for the log bucket, because log delivery can
   * only write with S3's own key.
   */
  readonly keyArn?: pulumi.Input<string>;
  /** Object Lock of each new object; absent where objects may be replaced. */
  readonly lock?: "COMPLIANCE" | "GOVERNANCE";
  /** Bucket that takes the access logs; absent for the log bucket itself. */
  readonly logBucket?: pulumi.Input<string>;
  /** Whether `destroy` empties the bucket. */
  readonly forceDestroy: boolean;
  /** Whether the bucket stays in the account after `destroy`. */
  readonly retain: boolean;
}

/** A private, versioned, encrypted bucket that takes nothing over plain HTTP. */
export class SecureBucket extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:SecureBucket";
  /** Name, known once the policy is in force: who writes to the bucket needs both. */
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Resources that must exist before something is replicated from or to the bucket. */
  readonly ready: readonly pulumi.Resource[];
  private readonly child: pulumi.CustomResourceOptions;

  constructor(name: string, args: SecureBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super(SecureBucket.__pulumiType, name, { ...args, ...retentionInputs(args) }, opts);
    this.child = { parent: this, retainOnDelete: args.retain };
    const { bucket } = new s3.Bucket(
      name,
      {
        bucket: args.bucket,
        objectLockEnabled: args.lock !== undefined,
        forceDestroy: args.forceDestroy,
        tags: { "causeway:purpose": args.purpose, ...classTags(args.purpose) },
      },
      this.child,
    );
    const policy = this.createAccess(name, bucket, args);
    const versioning = this.createVersioning(name, bucket, args);
    new s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { bucket, rules: [encryptionRule(args.keyArn)] },
      this.child,
    );
    if (args.logBucket !== undefined)
      new s3.BucketLogging(
        `${name}-logging`,
        { bucket, targetBucket: args.logBucket, targetPrefix: `s3/${args.bucket}/` },
        this.child,
      );
    this.name = policy.bucket;
    this.arn = pulumi.interpolate`arn:aws:s3:::${this.name}`;
    this.ready = [versioning, policy];
    this.registerOutputs({ name: this.name, arn: this.arn });
  }

  /** Who may reach the bucket: nobody in public, and others as its policy says. */
  private createAccess(
    name: string,
    bucket: pulumi.Output<string>,
    args: SecureBucketArgs,
  ): s3.BucketPolicy {
    const access = new s3.BucketPublicAccessBlock(
      `${name}-public-access`,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      this.child,
    );
    new s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      this.child,
    );
    // S3 refuses two changes of a bucket's policy settings at once, so the policy waits for the
    // access block.
    return new s3.BucketPolicy(
      `${name}-policy`,
      { bucket, policy: policyText(args.policy) },
      { ...this.child, dependsOn: [access] },
    );
  }

  /** Versions of objects, how long they stay, and their lock. */
  private createVersioning(
    name: string,
    bucket: pulumi.Output<string>,
    args: SecureBucketArgs,
  ): s3.BucketVersioning {
    const versioning = new s3.BucketVersioning(
      `${name}-versioning`,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      this.child,
    );
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, rules: lifecycleRules(args.purpose, keptOf(args)) },
      { ...this.child, dependsOn: [versioning] },
    );
    if (args.lock !== undefined) {
      const rule = { defaultRetention: { mode: args.lock, days: days(args.auditRetention) } };
      new s3.BucketObjectLockConfiguration(
        `${name}-lock`,
        { bucket, objectLockEnabled: "Enabled", rule },
        { ...this.child, dependsOn: [versioning] },
      );
    }
    return versioning;
  }
}

/** The retention of a component's arguments in words, for the policies and people who read them. */
export function retentionInputs({
  auditRetention,
  runRetention,
}: Pick<SecureBucketArgs, "auditRetention" | "runRetention">) {
  return {
    auditRetention: durationText(auditRetention),
    ...(runRetention && {
      runRetention: Object.fromEntries(
        Object.entries(runRetention).map(([model, kept]) => [model, durationText(kept)]),
      ),
    }),
  };
}

function keptOf({ auditRetention, runRetention }: SecureBucketArgs): Kept {
  return {
    auditDays: days(auditRetention),
    runDays: Object.fromEntries(
      Object.entries(runRetention ?? {}).map(([model, kept]) => [model, days(kept)]),
    ),
  };
}

function encryptionRule(keyArn: pulumi.Input<string> | undefined) {
  if (keyArn === undefined)
    return { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };
  return {
    bucketKeyEnabled: true,
    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
  };
}
