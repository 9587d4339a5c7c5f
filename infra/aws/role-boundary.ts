import { policyDocument, type PolicyDocument } from "./policy-document";
import { listing, resourcesOf, unscopedReads, type RoleScope } from "./role-scope";

/**
 * Permissions boundary of all platform roles: whatever someone attaches to one later, it stays
 * within the stack's own resources, has no IAM, and cannot touch the audit log.
 */
export function permissionsBoundary(scope: RoleScope): PolicyDocument {
  const own = resourcesOf(scope);
  const audit = [...own.bucket("audit"), ...own.objects("audit")];
  return policyDocument(
    {
      Sid: "OwnResources",
      Effect: "Allow",
      Action: [
        "s3:*",
        "ecr:*",
        "eks:*",
        "aps:*",
        "logs:*",
        "guardduty:*",
        "access-analyzer:*",
        "cloudtrail:Get*",
      ],
      Resource: [
        ...(["data", "artifacts", "audit", "logs"] as const).flatMap((purpose) => [
          ...own.bucket(purpose),
          ...own.objects(purpose),
        ]),
        ...own.repositories,
        ...own.clusters,
        ...own.accessEntries,
        ...own.workspaces,
        ...own.logGroups,
        ...own.detectors,
        ...own.analyzers,
        ...own.trail,
      ],
    },
    {
      Sid: "OwnKeys",
      Effect: "Allow",
      Action: [
        "kms:Decrypt",
        "kms:Sign",
        "kms:GetPublicKey",
        "kms:GenerateDataKey",
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
      ],
      Resource: own.keys,
    },
    {
      Sid: "OwnRoles",
      Effect: "Allow",
      Action: [
        "iam:GetRole",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
      ],
      Resource: own.roles,
    },
    listing("Overview", [
      ...unscopedReads.overview,
      ...unscopedReads.clusters,
      ...unscopedReads.registryLogin,
    ]),
    {
      Sid: "KeepAuditLog",
      Effect: "Deny",
      Action: [
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:BypassGovernanceRetention",
        "s3:PutObjectRetention",
        "s3:PutObjectLegalHold",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutBucketPolicy",
        "s3:DeleteBucketPolicy",
        "s3:DeleteBucket",
      ],
      Resource: audit,
    },
    {
      Sid: "KeepDetection",
      Effect: "Deny",
      Action: [
        "guardduty:DeleteDetector",
        "guardduty:UpdateDetector",
        "access-analyzer:DeleteAnalyzer",
      ],
      Resource: [...own.detectors, ...own.analyzers],
    },
  );
}
