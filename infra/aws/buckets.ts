import * as iam from "@pulumi/aws/iam";
import type { Provider } from "@pulumi/aws/provider";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { bucketPurposes, type BucketPurpose } from "../kubernetes/labels";
import type { Environment } from "../../services/contract/environments";
import type { Seconds } from "../../services/contract/units";
import { retentionInputs, SecureBucket } from "./bucket";
import { bucketPolicy, logBucketPolicy } from "./bucket-policy";
import { replicationPermissions, replicationRules, replicationTrust } from "./bucket-replication";
import type { EncryptionKeys } from "./keys";
import { bucketName, roleName, type Naming } from "./naming";
import { policyText } from "./policy-document";
import { inRegion } from "./regions";

/** Arguments of {@link Buckets}. */
export interface BucketsArgs extends Naming {
  readonly environment: Environment;
  /** Regions of the stack; the first is replicated to the others. */
  readonly regions: readonly string[];
  /** Length of the audit retention, e.g. `400 days`. */
  readonly auditRetention: Seconds;
  /** How long the runs of each model, and with them prepared rows, are kept, e.g. `730 days`. */
  readonly runRetention: Readonly<Record<string, Seconds>>;
  readonly keys: EncryptionKeys;
  /** Providers of AWS by region. */
  readonly providers: Readonly<Record<string, Provider>>;
}

/**
 * The data lake, the artifacts, the audit log and the access logs of every region, and the
 * replication from the home region.
 */
export class Buckets extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:Buckets";
  private readonly buckets = new Map<string, SecureBucket>();

  constructor(name: string, args: BucketsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { keys, providers, ...inputs } = args;
    super(Buckets.__pulumiType, name, { ...inputs, ...retentionInputs(args) }, opts);
    for (const region of args.regions) {
      const child = { parent: this, provider: providers[region] };
      const logs = this.createLogBucket(`${name}-logs-${region}`, region, args, child);
      for (const purpose of bucketPurposes)
        this.createBucket(`${name}-${purpose}-${region}`, purpose, region, args, keys, logs, child);
    }
    this.replicate(name, args, keys, providers);
    this.registerOutputs({
      names: Object.fromEntries([...this.buckets].map(([key, bucket]) => [key, bucket.name])),
    });
  }

  /**
   * The bucket of a purpose in a region; `logs` takes the region's access logs. Throws where the
   * region is not one of the stack.
   */
  bucket(purpose: BucketPurpose | "logs", region: string): SecureBucket {
    return inRegion(this.buckets, `${purpose}/${region}`, `bucket for ${purpose} in ${region}`);
  }

  private createLogBucket(
    name: string,
    region: string,
    args: BucketsArgs,
    child: pulumi.ComponentResourceOptions,
  ): SecureBucket {
    const bucket = bucketName(args, "logs", region);
    const created = new SecureBucket(
      name,
      {
        bucket,
        purpose: "logs",
        policy: logBucketPolicy(bucket, args),
        auditRetention: args.auditRetention,
        forceDestroy: args.environment !== "prod",
        retain: args.environment === "prod",
      },
      child,
    );
    this.buckets.set(`logs/${region}`, created);
    return created;
  }

  private createBucket(
    name: string,
    purpose: BucketPurpose,
    region: string,
    args: BucketsArgs,
    keys: EncryptionKeys,
    logs: SecureBucket,
    child: pulumi.ComponentResourceOptions,
  ): void {
    const [home = ""] = args.regions;
    const bucket = bucketName(args, purpose, region);
    const prod = args.environment === "prod";
    const created = new SecureBucket(
      name,
      {
        bucket,
        purpose,
        policy: bucketPolicy(bucket, purpose, args, home, region),
        auditRetention: args.auditRetention,
        runRetention: args.runRetention,
        keyArn: keys.arn(purpose, region),
        // Nobody, not even the account's root, can shorten COMPLIANCE; in dev an administrator can,
        // so that a test stack can go.
        lock: purpose === "audit" ? (prod ? "COMPLIANCE" : "GOVERNANCE") : undefined,
        logBucket: logs.name,
        forceDestroy: !prod,
        retain: prod && purpose === "audit",
      },
      child,
    );
    this.buckets.set(`${purpose}/${region}`, created);
  }

  private replicate(
    name: string,
    args: BucketsArgs,
    keys: EncryptionKeys,
    providers: Readonly<Record<string, Provider>>,
  ): void {
    const [home = "", ...others] = args.regions;
    if (others.length === 0) return;
    const child = { parent: this, provider: providers[home] };
    const role = new iam.Role(
      `${name}-replication`,
      {
        name: roleName(args, "replication"),
        description: "Lets S3 copy objects to the other regions",
        assumeRolePolicy: policyText(replicationTrust()),
      },
      child,
    );
    const permissions = new iam.RolePolicy(
      `${name}-replication-permissions`,
      { role: role.name, policy: policyText(replicationPermissions(args, home, others)) },
      child,
    );
    for (const purpose of bucketPurposes) {
      const source = this.bucket(purpose, home);
      const targets = others.map((region) => ({
        region,
        bucketArn: this.bucket(purpose, region).arn,
        keyArn: keys.arn(purpose, region),
      }));
      const ready = others.flatMap((region) => this.bucket(purpose, region).ready);
      new s3.BucketReplicationConfig(
        `${name}-${purpose}-replication`,
        { bucket: source.name, role: role.arn, rules: replicationRules(purpose, targets) },
        { ...child, dependsOn: [permissions, ...source.ready, ...ready] },
      );
    }
  }
}
