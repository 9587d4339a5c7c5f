import { runsFolder } from "../../aws/bucket-lifecycle";
import { checkpointFolder, orderFolders } from "../../aws/bucket-policy";
import { policyDocument, type PolicyDocument, type Statement } from "../../aws/policy-document";
import {
  keysThroughStorage,
  listing,
  resourcesOf,
  signReleases,
  unscopedReads,
  verifyCheckpoints,
  type RoleScope,
} from "../../aws/role-scope";
import type { RetrainingAccount } from "../../kubernetes/labels";

/**
 * Folders of the artefact bucket that a run uses. The trainer has the first three; orders are the
 * promoters' alone, erasures the eraser's.
 */
export const artifactFolders = {
  runs: runsFolder,
  candidates: "candidates",
  champions: "releases",
  orders: orderFolders.promotions,
  erasures: orderFolders.erasures,
} as const;

const pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const push = [
  "ecr:InitiateLayerUpload",
  "ecr:UploadLayerPart",
  "ecr:CompleteLayerUpload",
  "ecr:PutImage",
];

/**
 * What the pods of an account may do in AWS; the sensor needs nothing. A step reads data, keeps
 * runs and releases, pushes images (a tag that exists stays what it is), and deletes only what runs
 * wrote, before a step is tried again; it cannot write the ledger. The recorder and the promoter
 * do; of runs the recorder reads the facts that go into it, which hold no rows, and neither reads
 * data.
 */
export const permissions = {
  trainer: (scope: RoleScope): PolicyDocument => {
    const own = resourcesOf(scope);
    const folders = [
      artifactFolders.runs,
      artifactFolders.candidates,
      artifactFolders.champions,
    ].flatMap((folder) => own.objects("artifacts", `${folder}/`));
    return policyDocument(
      {
        Sid: "ListObjects",
        Effect: "Allow",
        Action: ["s3:ListBucket", "s3:GetBucketLocation"],
        Resource: [...own.bucket("data"), ...own.bucket("artifacts")],
      },
      { Sid: "ReadData", Effect: "Allow", Action: ["s3:GetObject"], Resource: own.objects("data") },
      {
        Sid: "KeepRuns",
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: folders,
      },
      {
        Sid: "StartAStepAgain",
        Effect: "Allow",
        Action: ["s3:DeleteObject"],
        Resource: own.objects("artifacts", `${artifactFolders.runs}/`),
      },
      listing("Login", unscopedReads.registryLogin),
      {
        Sid: "PushImages",
        Effect: "Allow",
        Action: [...pull, ...push],
        Resource: own.repositories,
      },
      keysThroughStorage(
        "Encrypt",
        scope,
        ["data", "artifacts"],
        ["kms:Decrypt", "kms:GenerateDataKey"],
      ),
      signReleases(scope),
    );
  },
  recorder: (scope: RoleScope): PolicyDocument => {
    const own = resourcesOf(scope);
    return policyDocument(
      ...ledgerOf(scope),
      {
        Sid: "ListRuns",
        Effect: "Allow",
        Action: ["s3:ListBucket", "s3:GetBucketLocation"],
        Resource: own.bucket("artifacts"),
      },
      {
        Sid: "ReadFacts",
        Effect: "Allow",
        Action: ["s3:GetObject"],
        Resource: own.objects("artifacts", `${artifactFolders.runs}/*/facts/`),
      },
      keysThroughStorage("DecryptFacts", scope, ["artifacts"], ["kms:Decrypt"]),
    );
  },
  promoter: (scope: RoleScope): PolicyDocument => {
    const asks: Statement[] =
      scope.regions.length < 2
        ? []
        : [
            {
              Sid: "FindOrders",
              Effect: "Allow",
              Action: ["s3:ListBucketVersions"],
              Resource: resourcesOf(scope).bucket("artifacts"),
            },
            {
              Sid: "AskOtherRegions",
              Effect: "Allow",
              Action: ["s3:PutObject"],
              Resource: resourcesOf(scope).objects("artifacts", `${artifactFolders.orders}/`),
            },
            keysThroughStorage("EncryptOrders", scope, ["artifacts"], ["kms:GenerateDataKey"]),
          ];
    return policyDocument(...ledgerOf(scope), ...asks);
  },
} as const satisfies Partial<Record<RetrainingAccount, (scope: RoleScope) => PolicyDocument>>;

/**
 * What the promoter of another region may do: read the orders of its own region, read the ledger,
 * and add to it.
 */
export function followerPermissions(scope: RoleScope, region: string): PolicyDocument {
  const own = resourcesOf(scope);
  return policyDocument(
    ...ledgerOf(scope),
    {
      Sid: "FindOrders",
      Effect: "Allow",
      Action: ["s3:ListBucketVersions"],
      Resource: own.bucket("artifacts"),
    },
    {
      Sid: "ReadOwnOrders",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: own.objects("artifacts", `${artifactFolders.orders}/${region}/`),
    },
    keysThroughStorage("DecryptOrders", scope, ["artifacts"], ["kms:Decrypt"]),
  );
}

/** What the resumer may do: read what is on record. */
export function resumerPermissions(scope: RoleScope): PolicyDocument {
  return policyDocument(
    ...ledgerReads(scope),
    keysThroughStorage("Decrypt", scope, ["audit"], ["kms:Decrypt"]),
  );
}

/** Reads the ledger, and adds to it; Object Lock keeps what is there. */
function ledgerOf(scope: RoleScope): Statement[] {
  return [
    ...ledgerReads(scope),
    {
      Sid: "AddToLedger",
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: resourcesOf(scope).objects("audit", "ledger/"),
    },
    keysThroughStorage("Encrypt", scope, ["audit"], ["kms:Decrypt", "kms:GenerateDataKey"]),
  ];
}

function ledgerReads(scope: RoleScope): Statement[] {
  const own = resourcesOf(scope);
  return [
    {
      Sid: "ListLedger",
      Effect: "Allow",
      Action: ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation"],
      Resource: own.bucket("audit"),
    },
    {
      Sid: "ReadLedger",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: ["ledger", "approvals", checkpointFolder].flatMap((folder) =>
        own.objects("audit", `${folder}/`),
      ),
    },
    verifyCheckpoints(scope),
  ];
}
