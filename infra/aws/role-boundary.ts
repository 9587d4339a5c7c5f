import { policyDocument, type PolicyDocument, type Statement } from "./policy-document";
import { listing, ofStack, resourcesOf, unscopedReads, type RoleScope } from "./role-scope";

type OwnResources = ReturnType<typeof resourcesOf>;

/**
 * Permissions boundary of all platform roles: whatever someone attaches to one later, it stays
 * within the stack's own resources, has no IAM, and cannot touch the audit log.
 */
export function permissionsBoundary(scope: RoleScope): PolicyDocument {
  const own = resourcesOf(scope);
  return policyDocument(
    useOwnResources(own),
    ...useOwnIdentities(own, scope),
    listing("Overview", [
      ...unscopedReads.overview,
      ...unscopedReads.clusters,
      ...unscopedReads.registryLogin,
      ...unscopedReads.findings,
      ...unscopedReads.answers,
      "guardduty:ArchiveFindings",
    ]),
    ...keepEvidence(own),
  );
}

/**
 * What the roles do on the stack's own resources. Reads are whole families; each change is listed,
 * so that a role to which somebody attaches more changes nothing else.
 */
function useOwnResources(own: OwnResources): Statement {
  return {
    Sid: "OwnResources",
    Effect: "Allow",
    Action: [
      ...["s3:Get*", "s3:List*", "s3:PutObject", "s3:DeleteObject"],
      ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGet*", "ecr:Describe*", "ecr:Get*"],
      ...["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"],
      ...["ecr:PutImage", "ecr:StartImageScan", "ecr:BatchDeleteImage"],
      ...["eks:Describe*", "eks:List*", "eks:AccessKubernetesApi", "eks:UpdateClusterVersion"],
      ...["logs:Describe*", "logs:FilterLogEvents", "logs:Get*", "logs:StartQuery"],
      "guardduty:GetDetector",
      ...["access-analyzer:Get*", "access-analyzer:List*"],
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
      ...own.logGroups,
      ...own.detectors,
      ...own.analyzers,
      ...own.trail,
    ],
  };
}

/** Use of the stack's keys and metrics, and a look at its roles. */
function useOwnIdentities(own: OwnResources, scope: RoleScope): Statement[] {
  return [
    {
      Sid: "OwnMetrics",
      Effect: "Allow",
      Action: ["aps:Get*", "aps:QueryMetrics"],
      Resource: own.workspaces,
      Condition: ofStack(scope),
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
      Condition: ofStack(scope),
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
  ];
}

/** What nobody may: change the audit log, or end the detection. */
function keepEvidence(own: OwnResources): Statement[] {
  const audit = [...own.bucket("audit"), ...own.objects("audit")];
  return [
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
  ];
}
