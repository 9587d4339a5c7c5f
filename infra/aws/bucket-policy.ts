import type { BucketPurpose } from "../kubernetes/labels";
import { bucketArn, roleArn, trailArn, type Naming } from "./naming";
import { policyDocument, type PolicyDocument, type Statement } from "./policy-document";

/** Object key prefix of the audit trail's files. */
export const trailPrefix = "cloudtrail";
/** Object key prefix of the log store's snapshots. */
export const snapshotPrefix = "log-snapshots";
/** Object key prefix of the load balancers' access logs. */
export const loadBalancerPrefix = "alb";

/** Folder of the audit bucket that checkpoints of the ledger lie in. */
export const checkpointFolder = "heads";
/** Folders of the audit bucket whose objects are written once and never deleted. */
export const auditRecords = ["ledger", "approvals", checkpointFolder] as const;
/** Folders of the artefact bucket whose objects are written once. */
export const orderFolders = { promotions: "promotions", erasures: "erasures" } as const;

/**
 * Policy of a bucket of ours: TLS 1.2 or newer, no other encryption than the bucket's, records and
 * orders that nobody writes over, and the trail's own writes into the home audit bucket.
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
    ...recordStatements(name, purpose, naming),
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

/** What keeps records and orders as they were written. */
function recordStatements(name: string, purpose: BucketPurpose, naming: Naming): Statement[] {
  if (purpose === "audit")
    return [
      writtenOnceStatement(name, auditRecords),
      neverDeletedStatement(name, auditRecords),
      checkpointStatement(name, naming),
    ];
  if (purpose === "artifacts") return [writtenOnceStatement(name, Object.values(orderFolders))];
  return [];
}

/**
 * A request must say that it writes only where there is no object. An upload in parts cannot say so
 * when it begins, nor can a copy: both are refused.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
function writtenOnceStatement(name: string, folders: readonly string[]): Statement {
  return {
    Sid: "DenyOverwriting",
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:PutObject"],
    Resource: folders.map((folder) => `${bucketArn(name)}/${folder}/*`),
    Condition: { StringNotEquals: { "s3:if-none-match": "*" } },
  };
}

/** Over a mark of deletion S3 writes an object as over none. */
function neverDeletedStatement(name: string, folders: readonly string[]): Statement {
  return {
    Sid: "DenyDeletion",
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:DeleteObject"],
    Resource: folders.map((folder) => `${bucketArn(name)}/${folder}/*`),
  };
}

/** Who adds to the ledger does not say how far it went. */
function checkpointStatement(name: string, naming: Naming): Statement {
  return {
    Sid: "DenyOtherCheckpoints",
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:PutObject"],
    Resource: [`${bucketArn(name)}/${checkpointFolder}/*`],
    Condition: { StringNotEquals: { "aws:PrincipalArn": roleArn(naming, "checkpoints") } },
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
