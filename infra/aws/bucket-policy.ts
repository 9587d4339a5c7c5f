import type { BucketPurpose } from "../kubernetes/labels";
import { bucketArn, trailArn, type Naming } from "./naming";
import { policyDocument, type PolicyDocument, type Statement } from "./policy-document";

/** Object key prefix of the audit trail's files. */
export const trailPrefix = "cloudtrail";
/** Object key prefix of the log store's snapshots. */
export const snapshotPrefix = "log-snapshots";
/** Object key prefix of the load balancers' access logs. */
export const loadBalancerPrefix = "alb";

/**
 * Policy of a bucket of ours: TLS 1.2 or newer, no other encryption than the bucket's, and the
 * trail's own writes into the home audit bucket.
 */
export function bucketPolicy(
  name: string,
  purpose: BucketPurpose,
  naming: Naming,
  homeRegion: string,
  region: string,
): PolicyDocument {
  const trail =
    purpose === "audit" && region === homeRegion ? trailStatements(name, naming, homeRegion) : [];
  return policyDocument(
    ...transportStatements(name),
    encryptionStatement(name, trail.length > 0),
    ...trail,
  );
}

/** Policy of a region's log bucket: only the log-delivery services of this account write to it. */
export function logBucketPolicy(name: string, naming: Naming): PolicyDocument {
  return policyDocument(
    ...transportStatements(name),
    {
      Sid: "WriteBucketAccessLogs",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: ["s3:PutObject"],
      Resource: [`${bucketArn(name)}/s3/*`],
      Condition: { StringEquals: { "aws:SourceAccount": naming.account } },
    },
    {
      Sid: "WriteLoadBalancerLogs",
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: ["s3:PutObject"],
      Resource: [`${bucketArn(name)}/${loadBalancerPrefix}/AWSLogs/${naming.account}/*`],
      Condition: {
        ArnLike: {
          "aws:SourceArn": `arn:aws:elasticloadbalancing:*:${naming.account}:loadbalancer/*`,
        },
      },
    },
  );
}

function transportStatements(name: string): Statement[] {
  const everything = [bucketArn(name), `${bucketArn(name)}/*`];
  return [
    {
      Sid: "DenyPlainHttp",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: everything,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      Sid: "DenyOldTls",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: everything,
      Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
    },
  ];
}

/**
 * An upload that names no encryption takes the bucket's default; one that names another is refused.
 * CloudTrail encrypts its digest files with keys of S3, whatever the trail's key.
 */
function encryptionStatement(name: string, holdsTrail: boolean): Statement {
  return {
    Sid: "DenyOtherEncryption",
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:PutObject"],
    Resource: [`${bucketArn(name)}/*`],
    Condition: {
      Null: { "s3:x-amz-server-side-encryption": "false" },
      StringNotEquals: {
        "s3:x-amz-server-side-encryption": "aws:kms",
        ...(holdsTrail && { "aws:PrincipalServiceName": "cloudtrail.amazonaws.com" }),
      },
    },
  };
}

function trailStatements(name: string, naming: Naming, homeRegion: string): Statement[] {
  const principal = { Service: "cloudtrail.amazonaws.com" };
  const source = trailArn(naming, homeRegion);
  return [
    {
      Sid: "CheckByTrail",
      Effect: "Allow",
      Principal: principal,
      Action: ["s3:GetBucketAcl"],
      Resource: [bucketArn(name)],
      Condition: { StringEquals: { "aws:SourceArn": source } },
    },
    {
      Sid: "WriteTrail",
      Effect: "Allow",
      Principal: principal,
      Action: ["s3:PutObject"],
      Resource: [`${bucketArn(name)}/${trailPrefix}/AWSLogs/${naming.account}/*`],
      Condition: {
        StringEquals: { "aws:SourceArn": source, "s3:x-amz-acl": "bucket-owner-full-control" },
      },
    },
  ];
}
