import { policyDocument, type PolicyDocument } from "../aws/policy-document";
import { keysThroughStorage, resourcesOf, type RoleScope } from "../aws/role-scope";
import type { RetrainingAccount } from "./settings";

/** Folders of the artefact bucket that a run reads and writes. */
export const artifactFolders = { runs: "runs", candidates: "candidates", champions: "releases" } as const;

/**
 * What the pods of an account may do in AWS; the sensor needs nothing. A step reads data, keeps runs and releases, and deletes only what
 * a run of its own wrote before it is tried again; it cannot write the ledger. The promoter writes the ledger and reads no data.
 */
export const permissions = {
  trainer: (scope: RoleScope): PolicyDocument => {
    const own = resourcesOf(scope);
    const folders = Object.values(artifactFolders).flatMap((folder) => own.objects("artifacts", `${folder}/`));
    return policyDocument(
      { Sid: "ListObjects", Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: [...own.bucket("data"), ...own.bucket("artifacts")] },
      { Sid: "ReadData", Effect: "Allow", Action: ["s3:GetObject"], Resource: own.objects("data") },
      { Sid: "KeepRuns", Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: folders },
      { Sid: "StartAStepAgain", Effect: "Allow", Action: ["s3:DeleteObject"], Resource: own.objects("artifacts", `${artifactFolders.runs}/`) },
      keysThroughStorage("Encrypt", scope, ["data", "artifacts"], ["kms:Decrypt", "kms:GenerateDataKey"]),
    );
  },
  promoter: (scope: RoleScope): PolicyDocument => {
    const own = resourcesOf(scope);
    return policyDocument(
      { Sid: "ListLedger", Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: own.bucket("audit") },
      { Sid: "ReadLedger", Effect: "Allow", Action: ["s3:GetObject"], Resource: [...own.objects("audit", "ledger/"), ...own.objects("audit", "approvals/")] },
      { Sid: "AddToLedger", Effect: "Allow", Action: ["s3:PutObject"], Resource: own.objects("audit", "ledger/") },
      keysThroughStorage("Encrypt", scope, ["audit"], ["kms:Decrypt", "kms:GenerateDataKey"]),
    );
  },
} as const satisfies Partial<Record<RetrainingAccount, (scope: RoleScope) => PolicyDocument>>;
