import { snapshotPrefix } from "../../aws/bucket-policy";
import { policyDocument, type PolicyDocument } from "../../aws/policy-document";

/** A region's audit bucket as the snapshots use it. */
export interface SnapshotBucket {
  readonly arn: string;
  /** Key of the bucket's default encryption. */
  readonly keyArn: string;
}

/**
 * Start of a region's keys: the home region's objects are copied to the other regions' buckets and
 * must not meet theirs.
 */
export function snapshotBasePath(region: string): string {
  return `${snapshotPrefix}/${region}`;
}

/**
 * What Elasticsearch may do in AWS: keep its repository, and nothing else in the bucket. To delete
 * an object it no longer needs is part of keeping it; the lock keeps each version of it all the
 * same, because versions are not in this document.
 */
export function snapshotPermissions(bucket: SnapshotBucket, region: string): PolicyDocument {
  const folder = snapshotBasePath(region);
  return policyDocument(
    {
      Sid: "ListSnapshots",
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: [bucket.arn],
      Condition: { StringLike: { "s3:prefix": [`${folder}/*`] } },
    },
    // S3 knows no condition on the prefix here: the names of other uploads under way show.
    {
      Sid: "ListUploads",
      Effect: "Allow",
      Action: ["s3:ListBucketMultipartUploads"],
      Resource: [bucket.arn],
    },
    {
      Sid: "KeepSnapshots",
      Effect: "Allow",
      Action: [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ],
      Resource: [`${bucket.arn}/${folder}/*`],
    },
    {
      Sid: "UseAuditKey",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: [bucket.keyArn],
      Condition: { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } },
    },
  );
}
