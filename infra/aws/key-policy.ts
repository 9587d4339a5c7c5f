import type { KeyPurpose } from "../kubernetes/labels";
import { trailArn, type Naming } from "./naming";
import { policyDocument, type PolicyDocument, type Statement } from "./policy-document";

/**
 * In a key policy this means the key that the policy belongs to, and nothing else (KMS developer
 * guide, "Resource element").
 */
const thisKey = ["*"];

/**
 * What the account's identities may do to administer a key, where their own IAM policies say so.
 */
export const keyAdministration = [
  "kms:DescribeKey",
  "kms:GetKeyPolicy",
  "kms:PutKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:EnableKeyRotation",
  "kms:RotateKeyOnDemand",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:CreateAlias",
  "kms:UpdateAlias",
  "kms:DeleteAlias",
  "kms:ReplicateKey",
  "kms:UpdatePrimaryRegion",
  "kms:UpdateKeyDescription",
  "kms:EnableKey",
  "kms:DisableKey",
  "kms:ListGrants",
  "kms:RevokeGrant",
  "kms:ScheduleKeyDeletion",
  "kms:CancelKeyDeletion",
];

const use = [
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:DescribeKey",
];

/**
 * All identities of the account, as a key policy names them: which of them may, their own IAM
 * policies say, and the conditions of the statement.
 */
export function identities({ account }: Pick<Naming, "account">): { readonly AWS: string } {
  return { AWS: `arn:aws:iam::${account}:root` };
}

/** What makes a key useless; a key that outlives its stack is under it for nobody. */
export const ends: readonly string[] = ["kms:DisableKey", "kms:ScheduleKeyDeletion"];

/** What a key with a policy of ours is for: those of all regions, and that of the metrics. */
export type PolicyPurpose = KeyPurpose | "metrics";

/**
 * AWS services through which the account's identities may use a key, and whether those services
 * work with grants. CloudWatch Logs uses the logs key as itself.
 */
const servicesOf = {
  data: { services: ["s3"], grants: false },
  artifacts: { services: ["s3", "ecr"], grants: true },
  audit: { services: ["s3"], grants: false },
  logs: { services: [], grants: false },
  metrics: { services: ["aps"], grants: true },
  secrets: { services: ["eks", "secretsmanager"], grants: true },
  volumes: { services: ["ec2"], grants: true },
} as const satisfies Record<
  PolicyPurpose,
  { readonly services: readonly string[]; readonly grants: boolean }
>;

/**
 * The policy of a purpose's key and of its replicas.
 *
 * The account's identities administer the key where their own IAM policies say so, and use it only
 * through the services that store what it protects. Only the secrets key can be used directly, by
 * roles whose IAM policies name it: EKS uses it as the cluster's role. With `sessions`, Auto Scaling
 * uses the key for volumes as well. With `kept`, nobody can disable the key or schedule its
 * deletion, since what it protects outlives the stack.
 */
export function keyPolicy(
  purpose: PolicyPurpose,
  naming: Naming,
  regions: readonly string[],
  homeRegion: string,
  { sessions = false, kept = false }: { readonly sessions?: boolean; readonly kept?: boolean } = {},
): PolicyDocument {
  const account = identities(naming);
  const { services, grants } = servicesOf[purpose];
  const through = {
    "kms:ViaService": regions.flatMap((region) =>
      services.map((service) => `${service}.${region}.amazonaws.com`),
    ),
    "kms:CallerAccount": naming.account,
  };
  const statements: Statement[] = [
    {
      Sid: "Administer",
      Effect: "Allow",
      Principal: account,
      Action: kept ? keyAdministration.filter((one) => !ends.includes(one)) : keyAdministration,
      Resource: thisKey,
    },
  ];
  if (services.length > 0)
    statements.push({
      Sid: "UseThroughServices",
      Effect: "Allow",
      Principal: account,
      Action: use,
      Resource: thisKey,
      Condition: { StringEquals: through },
    });
  if (grants) statements.push(...grantStatements(account, through));
  if (purpose === "secrets") statements.push(...clusterStatements(naming));
  if (purpose === "volumes")
    statements.push(
      ...autoModeStatements(naming),
      ...malwareScanStatements(naming),
      ...(sessions ? autoScalingStatements(naming) : []),
    );
  if (purpose === "logs") statements.push(logGroupStatement(naming, regions), alarmStatement);
  if (purpose === "audit") statements.push(...trailStatements(naming, homeRegion));
  return policyDocument(...statements);
}

/**
 * Services grant themselves the use of a key, and retire the grant with what it was for. Only
 * CreateGrant, ListGrants and RevokeGrant know `kms:GrantIsForAWSResource`.
 */
function grantStatements(
  account: { readonly AWS: string },
  through: Readonly<Record<string, string | readonly string[]>>,
): Statement[] {
  const statement = { Effect: "Allow", Principal: account, Resource: thisKey } as const;
  return [
    {
      Sid: "GrantToServices",
      ...statement,
      Action: ["kms:CreateGrant"],
      Condition: { StringEquals: through, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
    {
      Sid: "RetireGrantsOfServices",
      ...statement,
      Action: ["kms:RetireGrant"],
      Condition: { StringEquals: through },
    },
  ];
}

/**
 * EKS Auto Mode starts nodes as the cluster's role, and encrypts their volumes with the key by the
 * role itself (EKS user guide, "Enable EBS Volume Encryption with Customer Managed KMS Keys for EKS
 * Auto Mode").
 */
function autoModeStatements(naming: Naming): Statement[] {
  const clusterRole = {
    ArnLike: {
      "aws:PrincipalArn": `arn:aws:iam::${naming.account}:role/*-cluster-control-plane-*`,
    },
  };
  const statement = {
    Effect: "Allow",
    Principal: identities(naming),
    Resource: thisKey,
  } as const;
  return [
    { Sid: "UseByAutoMode", ...statement, Action: use, Condition: clusterRole },
    {
      Sid: "GrantByAutoMode",
      ...statement,
      Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
      Condition: { ...clusterRole, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}

/**
 * GuardDuty looks into a copy of a suspicious volume, whose key its service-linked role grants it.
 * By the role's path, since a key policy may not name a role that does not exist yet.
 */
function malwareScanStatements(naming: Naming): Statement[] {
  const scanner = {
    ArnEquals: {
      "aws:PrincipalArn": `arn:aws:iam::${naming.account}:role/aws-service-role/malware-protection.guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDutyMalwareProtection`,
    },
  };
  const principal = identities(naming);
  return [
    {
      Sid: "GrantToMalwareScans",
      Effect: "Allow",
      Principal: principal,
      Action: ["kms:CreateGrant"],
      Resource: thisKey,
      Condition: { ...scanner, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
    {
      Sid: "DescribeForMalwareScans",
      Effect: "Allow",
      Principal: principal,
      Action: ["kms:DescribeKey"],
      Resource: thisKey,
      Condition: scanner,
    },
  ];
}

/**
 * Auto Scaling starts the instances that sessions go through as its service-linked role, whose own
 * policy knows no key of ours, so the account as the principal would not let it in. By the role's
 * path, since a key policy may not name a role that does not exist yet (EC2 Auto Scaling user guide,
 * "Required AWS KMS key policy for use with encrypted volumes").
 */
function autoScalingStatements(naming: Naming): Statement[] {
  const starter = {
    StringEquals: { "kms:CallerAccount": naming.account },
    ArnEquals: {
      "aws:PrincipalArn": `arn:aws:iam::${naming.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    },
  };
  const statement = { Effect: "Allow", Principal: { AWS: "*" }, Resource: thisKey } as const;
  return [
    { Sid: "UseByAutoScaling", ...statement, Action: use, Condition: starter },
    {
      Sid: "GrantByAutoScaling",
      ...statement,
      Action: ["kms:CreateGrant"],
      Condition: { ...starter, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}

/**
 * EKS encrypts Kubernetes objects as the cluster's own role, not through a service that
 * `kms:ViaService` could name.
 */
function clusterStatements(naming: Naming): Statement[] {
  const ours = { StringEquals: { "kms:CallerAccount": naming.account } };
  const principal = identities(naming);
  return [
    {
      Sid: "UseByClusterRoles",
      Effect: "Allow",
      Principal: principal,
      Action: ["kms:Encrypt", "kms:Decrypt"],
      Resource: thisKey,
      Condition: ours,
    },
    {
      Sid: "GrantToClusters",
      Effect: "Allow",
      Principal: principal,
      Action: ["kms:CreateGrant"],
      Resource: thisKey,
      Condition: { ...ours, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}

/**
 * CloudWatch Logs names the log group in the encryption context; only groups of this account may
 * use the key.
 */
function logGroupStatement(naming: Naming, regions: readonly string[]): Statement {
  return {
    Sid: "EncryptLogGroups",
    Effect: "Allow",
    Principal: { Service: regions.map((region) => `logs.${region}.amazonaws.com`) },
    // A description has no encryption context.
    Action: use.filter((action) => action !== "kms:DescribeKey"),
    Resource: thisKey,
    Condition: {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": regions.map(
          (region) => `arn:aws:logs:${region}:${naming.account}:*`,
        ),
      },
    },
  };
}

/**
 * EventBridge encrypts what it publishes to the topic of an alarm; its calls carry no source to
 * hold them to.
 */
const alarmStatement: Statement = {
  Sid: "PublishAlarms",
  Effect: "Allow",
  Principal: { Service: "events.amazonaws.com" },
  Action: ["kms:Decrypt", "kms:GenerateDataKey"],
  Resource: thisKey,
};

function trailStatements(naming: Naming, homeRegion: string): Statement[] {
  const ours = { StringEquals: { "aws:SourceArn": trailArn(naming, homeRegion) } };
  const principal = { Service: "cloudtrail.amazonaws.com" };
  return [
    {
      Sid: "EncryptTrail",
      Effect: "Allow",
      Principal: principal,
      Action: ["kms:GenerateDataKey"],
      Resource: thisKey,
      Condition: {
        ...ours,
        StringLike: {
          "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${naming.account}:trail/*`,
        },
      },
    },
    // What CloudTrail writes into a bucket with a bucket key it must be able to decrypt.
    {
      Sid: "DecryptForTrail",
      Effect: "Allow",
      Principal: principal,
      Action: ["kms:Decrypt"],
      Resource: thisKey,
      Condition: ours,
    },
    {
      Sid: "DescribeForTrail",
      Effect: "Allow",
      Principal: principal,
      Action: ["kms:DescribeKey"],
      Resource: thisKey,
      Condition: ours,
    },
  ];
}
