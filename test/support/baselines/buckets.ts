import type { ResourceView } from "../../../policies/rule";
import { document, keyArn } from "./aws";
import { resource } from "./resource";

export const denyPlaintext = {
  Sid: "RefusePlaintext",
  Effect: "Deny",
  Principal: "*",
  Action: ["s3:*"],
  Resource: ["*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
export const bucketPolicy = { bucket: "data-lake", policy: document(denyPlaintext) };
export const bucketEncryption = {
  bucket: "data-lake",
  rules: [
    {
      bucketKeyEnabled: true,
      applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
    },
  ],
};
export const ownership = { bucket: "data-lake", rule: { objectOwnership: "BucketOwnerEnforced" } };
export const replication = {
  bucket: "data-lake",
  role: "arn:role",
  rules: [
    {
      status: "Enabled",
      sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
      destination: {
        bucket: "arn:aws:s3:::data-lake-copy",
        encryptionConfiguration: { replicaKmsKeyId: keyArn },
      },
    },
  ],
};

function companions(name: string, bucket: string): ResourceView[] {
  return [
    resource("aws:s3/bucket:Bucket", name, {
      bucket,
      forceDestroy: false,
      tags: {
        "causeway:purpose": name,
        "causeway:classification": name === "data" ? "restricted" : "internal",
      },
    }),
    resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", `${name}-public`, {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    }),
    resource("aws:s3/bucketPolicy:BucketPolicy", `${name}-policy`, { ...bucketPolicy, bucket }),
    resource("aws:s3/bucketVersioning:BucketVersioning", `${name}-versioning`, {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    }),
    resource(
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      `${name}-lifecycle`,
      {
        bucket,
        rules: [
          {
            id: "old",
            status: "Enabled",
            noncurrentVersionExpiration: { noncurrentDays: 30 },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
    ),
  ];
}

const logEncryption = {
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
};

/** A data bucket with all its companions, and the bucket that takes its access logs. */
export const bucketStack = [
  ...companions("data", "data-lake"),
  resource(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "data-encryption",
    bucketEncryption,
  ),
  resource("aws:s3/bucketLogging:BucketLogging", "data-logging", {
    bucket: "data-lake",
    targetBucket: "access-logs",
    targetPrefix: "s3/",
  }),
  resource(
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    "data-replication",
    replication,
  ),
  ...companions("logs", "access-logs"),
  resource(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "logs-encryption",
    { bucket: "access-logs", ...logEncryption },
  ),
];
