import { policyDocument, type PolicyDocument } from "../aws/policy-document";
import { keysThroughStorage, resourcesOf, type RoleScope } from "../aws/role-scope";
import { artifactFolders } from "../retraining/permissions";

/** Reads and rewrites the lake and the runs, and deletes old versions: a deleted row must not live on in one. No release, no image, no ledger. */
export function eraserPermissions(scope: RoleScope): PolicyDocument {
  const own = resourcesOf(scope);
  return policyDocument(
    { Sid: "ListVersions", Effect: "Allow", Action: ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation"], Resource: [...own.bucket("data"), ...own.bucket("artifacts")] },
    {
      Sid: "EraseRows",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
      Resource: [...own.objects("data"), ...own.objects("artifacts", `${artifactFolders.runs}/`)],
    },
    keysThroughStorage("Encrypt", scope, ["data", "artifacts"], ["kms:Decrypt", "kms:GenerateDataKey"]),
  );
}
