import { checkpointFolder } from "./bucket-policy";
import type { PlatformRole } from "./naming";
import { policyDocument, type PolicyDocument, type Statement } from "./policy-document";
import { approvalRoleTag } from "./role-trust";
import {
  keysThroughStorage,
  listing,
  ofStack,
  resourcesOf,
  signReleases,
  unscopedReads,
  verifyCheckpoints,
  type RoleScope,
} from "./role-scope";

type OwnResources = ReturnType<typeof resourcesOf>;

const pullImages = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:GetDownloadUrlForLayer",
  "ecr:DescribeImages",
  "ecr:DescribeImageScanFindings",
];
const pushImages = [
  "ecr:InitiateLayerUpload",
  "ecr:UploadLayerPart",
  "ecr:CompleteLayerUpload",
  "ecr:PutImage",
];
const readObjects = ["s3:GetObject", "s3:GetObjectVersion"];
const listObjects = ["s3:ListBucket", "s3:GetBucketLocation"];
const listVersions = [...listObjects, "s3:ListBucketVersions"];
const describeCluster = ["eks:DescribeCluster"];
const decrypt = ["kms:Decrypt"];
const encrypt = ["kms:Decrypt", "kms:GenerateDataKey"];
const readBucketSettings = [
  "s3:GetBucketLocation",
  "s3:GetBucketPolicy",
  "s3:GetBucketPublicAccessBlock",
  "s3:GetBucketVersioning",
  "s3:GetBucketLogging",
  "s3:GetBucketObjectLockConfiguration",
  "s3:GetEncryptionConfiguration",
  "s3:GetLifecycleConfiguration",
  "s3:GetReplicationConfiguration",
];

/**
 * Permissions of a platform role in its inline policy. None can change IAM, stop the audit trail,
 * or delete an audit object.
 */
export function rolePolicy(role: PlatformRole, scope: RoleScope): PolicyDocument {
  return policyDocument(...statementsOf[role](scope));
}

const statementsOf = {
  platformAdmin,
  mlEngineer,
  auditor,
  pipeline,
  promoter,
  breakGlass,
} satisfies Record<PlatformRole, (scope: RoleScope) => Statement[]>;

/**
 * Adds entries to the audit ledger, after reading the chain that they continue; Object Lock keeps
 * what is there.
 */
function keepLedger(scope: RoleScope): Statement[] {
  const own = resourcesOf(scope);
  return [
    allow("ListLedger", listVersions, own.bucket("audit")),
    allow("ReadLedger", readObjects, [
      ...own.objects("audit", "ledger/"),
      ...own.objects("audit", `${checkpointFolder}/`),
    ]),
    allow("AddToLedger", ["s3:PutObject"], own.objects("audit", "ledger/")),
    verifyCheckpoints(scope),
  ];
}

/**
 * Operates clusters, registry and alarms; reads no data and no models. Changes of infrastructure go
 * through the program.
 */
function platformAdmin(scope: RoleScope): Statement[] {
  const own = resourcesOf(scope);
  return [
    listing("Overview", [
      ...unscopedReads.overview,
      ...unscopedReads.clusters,
      ...unscopedReads.registryLogin,
    ]),
    operateClusters(own),
    allow(
      "ReadAccessEntries",
      ["eks:DescribeAccessEntry", "eks:ListAssociatedAccessPolicies"],
      own.accessEntries,
    ),
    allow(
      "OperateRegistry",
      [
        ...pullImages,
        "ecr:DescribeRepositories",
        "ecr:GetLifecyclePolicy",
        "ecr:StartImageScan",
        "ecr:BatchDeleteImage",
      ],
      own.repositories,
    ),
    readSettingsOfBuckets(own),
    allow(
      "ReadAccessLogs",
      ["s3:ListBucket", ...readObjects],
      [...own.bucket("logs"), ...own.objects("logs")],
    ),
    ...readLogs(own),
    ...keepLedger(scope),
    keysThroughStorage("EncryptLedger", scope, ["audit"], encrypt),
    allow("ReadDetectors", ["guardduty:GetDetector"], own.detectors),
    listing("HandleFindings", [...unscopedReads.findings, "guardduty:ArchiveFindings"]),
    readMetrics(own, scope),
  ];
}

/** Explores the data lake, keeps experiments, reads metrics; publishes nothing. */
function mlEngineer(scope: RoleScope): Statement[] {
  const own = resourcesOf(scope);
  return [
    listing("Login", [...unscopedReads.registryLogin, ...unscopedReads.clusters]),
    allow("ListObjects", listObjects, [...own.bucket("data"), ...own.bucket("artifacts")]),
    allow("ReadObjects", readObjects, [...own.objects("data"), ...own.objects("artifacts")]),
    allow(
      "KeepExperiments",
      ["s3:PutObject", "s3:DeleteObject"],
      own.objects("artifacts", "experiments/"),
    ),
    keysThroughStorage("Encrypt", scope, ["data", "artifacts"], encrypt),
    allow("PullImages", pullImages, own.repositories),
    allow("FindClusters", describeCluster, own.clusters),
    readMetrics(own, scope),
  ];
}

/**
 * Reads the audit log, the evidence of releases, and every setting that protects them; changes
 * nothing.
 */
function auditor(scope: RoleScope): Statement[] {
  const own = resourcesOf(scope);
  return [
    listing("Overview", [...unscopedReads.overview, ...unscopedReads.clusters]),
    allow("ListObjects", listVersions, [
      ...own.bucket("audit"),
      ...own.bucket("artifacts"),
      ...own.bucket("logs"),
    ]),
    allow("ReadEvidence", readObjects, [
      ...own.objects("audit"),
      ...own.objects("artifacts", "releases/"),
      ...own.objects("logs"),
    ]),
    keysThroughStorage("Decrypt", scope, ["audit", "artifacts"], decrypt),
    verifyCheckpoints(scope),
    readSettingsOfBuckets(own),
    {
      ...allow(
        "ReadKeySettings",
        ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus"],
        own.keys,
      ),
      Condition: ofStack(scope),
    },
    ...readDetection(own),
    allow(
      "ReadRegistry",
      [
        "ecr:DescribeRepositories",
        "ecr:DescribeImages",
        "ecr:DescribeImageScanFindings",
        "ecr:GetLifecyclePolicy",
      ],
      own.repositories,
    ),
    allow("ReadClusters", ["eks:DescribeCluster", "eks:ListAccessEntries"], own.clusters),
    allow(
      "ReadAccessEntries",
      ["eks:DescribeAccessEntry", "eks:ListAssociatedAccessPolicies"],
      own.accessEntries,
    ),
    allow(
      "ReadRoles",
      ["iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"],
      own.roles,
    ),
  ];
}

/**
 * Trains, builds, signs and publishes: writes releases and their evidence, adds to the ledger,
 * cannot approve.
 */
function pipeline(scope: RoleScope): Statement[] {
  const own = resourcesOf(scope);
  return [
    listing("Login", [...unscopedReads.registryLogin, ...unscopedReads.clusters]),
    allow("PushImages", [...pullImages, ...pushImages], own.repositories),
    allow("ListObjects", listObjects, [...own.bucket("data"), ...own.bucket("artifacts")]),
    allow("ReadObjects", readObjects, [...own.objects("data"), ...own.objects("artifacts")]),
    allow(
      "WriteRuns",
      ["s3:PutObject"],
      [...own.objects("artifacts", "runs/"), ...own.objects("artifacts", "releases/")],
    ),
    ...keepLedger(scope),
    keysThroughStorage("Encrypt", scope, ["data", "artifacts", "audit"], encrypt),
    signReleases(scope),
    allow("FindClusters", describeCluster, own.clusters),
  ];
}

/**
 * Judges a release's evidence and records the decision; builds nothing, so nobody approves what
 * they made.
 */
function promoter(scope: RoleScope): Statement[] {
  const own = resourcesOf(scope);
  return [
    listing("FindClusters", unscopedReads.clusters),
    allow("ListObjects", listObjects, own.bucket("artifacts")),
    allow("ReadEvidence", readObjects, own.objects("artifacts", "releases/")),
    allow("ReadApprovals", readObjects, own.objects("audit", "approvals/")),
    // Under the role of the session's tag alone; a session without the tag matches nothing.
    allow(
      "RecordApprovals",
      ["s3:PutObject"],
      own.objects("audit", `approvals/\${aws:PrincipalTag/${approvalRoleTag}}/`),
    ),
    ...keepLedger(scope),
    keysThroughStorage("Encrypt", scope, ["artifacts", "audit"], encrypt),
    allow(
      "ReadImages",
      ["ecr:DescribeImages", "ecr:DescribeImageScanFindings", "ecr:BatchGetImage"],
      own.repositories,
    ),
    allow("DescribeClusters", describeCluster, own.clusters),
  ];
}

/**
 * Reaches the clusters in an emergency, where the Kubernetes group of the same name says what may
 * be repaired; reads no data and decides nothing.
 */
function breakGlass(scope: RoleScope): Statement[] {
  const own = resourcesOf(scope);
  return [
    listing("FindClusters", unscopedReads.clusters),
    allow("ReachClusters", ["eks:DescribeCluster", "eks:AccessKubernetesApi"], own.clusters),
    ...readLogs(own),
    ...keepLedger(scope),
    keysThroughStorage("EncryptLedger", scope, ["audit"], encrypt),
  ];
}

/**
 * Looks at clusters, changes their version, and reaches their API. Their settings, such as which
 * logs they write, change by the program alone.
 */
function operateClusters(own: OwnResources): Statement {
  return allow(
    "OperateClusters",
    [
      "eks:DescribeCluster",
      "eks:UpdateClusterVersion",
      "eks:ListUpdates",
      "eks:DescribeUpdate",
      "eks:ListAccessEntries",
      "eks:AccessKubernetesApi",
    ],
    own.clusters,
  );
}

/** Reads the trail and what the detection found. */
function readDetection(own: OwnResources): Statement[] {
  return [
    allow(
      "ReadTrail",
      ["cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"],
      own.trail,
    ),
    allow("ReadDetectors", ["guardduty:GetDetector"], own.detectors),
    listing("ReadFindings", unscopedReads.findings),
    allow(
      "ReadAccessFindings",
      ["access-analyzer:GetAnalyzer", "access-analyzer:ListFindings", "access-analyzer:GetFinding"],
      own.analyzers,
    ),
  ];
}

/** Reads how the buckets are protected, and nothing in them. */
function readSettingsOfBuckets(own: OwnResources): Statement {
  return allow("ReadBucketSettings", readBucketSettings, [
    ...own.bucket("data"),
    ...own.bucket("artifacts"),
    ...own.bucket("audit"),
    ...own.bucket("logs"),
  ]);
}

/** Reads the metrics of all regions. */
function readMetrics(own: OwnResources, scope: RoleScope): Statement {
  return {
    ...allow(
      "ReadMetrics",
      ["aps:QueryMetrics", "aps:GetLabels", "aps:GetSeries", "aps:GetMetricMetadata"],
      own.workspaces,
    ),
    Condition: ofStack(scope),
  };
}

/** Reads the log groups; the answer of a query is asked for by its id, which is no resource. */
function readLogs(own: OwnResources): Statement[] {
  return [
    allow(
      "ReadLogs",
      ["logs:StartQuery", "logs:GetLogEvents", "logs:FilterLogEvents", "logs:DescribeLogStreams"],
      own.logGroups,
    ),
    listing("ReadAnswers", unscopedReads.answers),
  ];
}

function allow(sid: string, actions: readonly string[], resources: readonly string[]): Statement {
  return { Sid: sid, Effect: "Allow", Action: actions, Resource: resources };
}
