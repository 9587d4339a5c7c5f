import type * as inputs from "@pulumi/aws/types/input";
import * as pulumi from "@pulumi/pulumi";
import { bucketPurposes, type BucketPurpose } from "../kubernetes/labels";
import { bucketArn, bucketName, keyAlias, type Naming } from "./naming";
import { policyDocument, type PolicyDocument, type Statement } from "./policy-document";

type ReplicationRule = inputs.s3.BucketReplicationConfigRule;

/**
 * Who may replicate: S3 itself. AWS documents no condition that S3 meets here, and one that it does
 * not meet would end replication in silence; only who may pass a role of this account can name it
 * in a bucket's replication.
 */
export function replicationTrust(): PolicyDocument {
  return policyDocument({
    Sid: "ReplicateByS3",
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: ["sts:AssumeRole"],
  });
}

/**
 * What the replication role may do: read and decrypt in the home region, write and encrypt in the
 * others.
 */
export function replicationPermissions(
  naming: Naming,
  homeRegion: string,
  otherRegions: readonly string[],
): PolicyDocument {
  const sources = bucketPurposes.map((purpose) =>
    bucketArn(bucketName(naming, purpose, homeRegion)),
  );
  const targets = bucketPurposes.flatMap((purpose) =>
    otherRegions.map((region) => `${bucketArn(bucketName(naming, purpose, region))}/*`),
  );
  return policyDocument(
    {
      Sid: "ReadConfiguration",
      Effect: "Allow",
      Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      Resource: sources,
    },
    {
      Sid: "ReadVersions",
      Effect: "Allow",
      Action: [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      Resource: sources.map((arn) => `${arn}/*`),
    },
    {
      Sid: "WriteReplicas",
      Effect: "Allow",
      Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
      Resource: targets,
    },
    keysOfBuckets("DecryptAtHome", naming, [homeRegion], ["kms:Decrypt"]),
    keysOfBuckets("EncryptElsewhere", naming, otherRegions, ["kms:Encrypt", "kms:GenerateDataKey"]),
  );
}

/** Use of the buckets' keys in some regions, by way of S3 alone. */
function keysOfBuckets(
  sid: string,
  naming: Naming,
  regions: readonly string[],
  actions: readonly string[],
): Statement {
  const aliases = bucketPurposes.map((purpose) => keyAlias(naming, purpose));
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: regions.map((region) => `arn:aws:kms:${region}:${naming.account}:key/*`),
    Condition: {
      StringEquals: { "kms:ViaService": regions.map((region) => `s3.${region}.amazonaws.com`) },
      "ForAnyValue:StringEquals": { "kms:ResourceAliases": aliases },
    },
  };
}

/** One destination of a replication. */
export interface ReplicationTarget {
  readonly region: string;
  readonly bucketArn: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
}

/**
 * Replication rules of a home bucket, one for each other region, with S3 Replication Time Control:
 * 15 minutes is the recovery point. Deletions of audit objects are not replicated: what is gone at
 * home stays elsewhere.
 */
export function replicationRules(
  purpose: BucketPurpose,
  targets: readonly ReplicationTarget[],
): ReplicationRule[] {
  return targets.map((target, index) => ({
    id: `to-${target.region}`,
    priority: index,
    status: "Enabled",
    filter: {},
    deleteMarkerReplication: { status: purpose === "audit" ? "Disabled" : "Enabled" },
    sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
    destination: {
      bucket: target.bucketArn,
      encryptionConfiguration: { replicaKmsKeyId: target.keyArn },
      replicationTime: { status: "Enabled", time: { minutes: 15 } },
      metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
    },
  }));
}
