import { policyDocument, type PolicyDocument, type Statement } from "../../aws/policy-document";
import { keysThroughStorage, resourcesOf, type RoleScope } from "../../aws/role-scope";
import { artifactFolders } from "../retraining/permissions";

/**
 * Reads and rewrites the lake and the runs, and deletes old versions: a deleted row must not live
 * on in one. Where there are several regions it asks the others and takes orders and answers away
 * again. No release, no image, no ledger.
 */
export function eraserPermissions(scope: RoleScope): PolicyDocument {
  const own = resourcesOf(scope);
  const folder = (kind: "orders" | "answers") =>
    own.objects("artifacts", `${artifactFolders.erasures}/${kind}/`);
  const asks: Statement[] =
    scope.regions.length < 2
      ? []
      : [
          {
            Sid: "AskOtherRegions",
            Effect: "Allow",
            Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            Resource: folder("orders"),
          },
          {
            Sid: "HearOtherRegions",
            Effect: "Allow",
            Action: ["s3:GetObject", "s3:DeleteObject"],
            Resource: folder("answers"),
          },
        ];
  return policyDocument(
    ...asks,
    {
      Sid: "ListVersions",
      Effect: "Allow",
      Action: ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation"],
      Resource: [...own.bucket("data"), ...own.bucket("artifacts")],
    },
    {
      Sid: "EraseRows",
      Effect: "Allow",
      Action: [
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
      ],
      Resource: [...own.objects("data"), ...own.objects("artifacts", `${artifactFolders.runs}/`)],
    },
    keysThroughStorage(
      "Encrypt",
      scope,
      ["data", "artifacts"],
      ["kms:Decrypt", "kms:GenerateDataKey"],
    ),
  );
}

/**
 * What the eraser of another region may do: read the orders of its own region, and answer them.
 * What it erases, no AWS permission reaches.
 */
export function regionEraserPermissions(scope: RoleScope, region: string): PolicyDocument {
  const own = resourcesOf(scope);
  const folder = (kind: "orders" | "answers") =>
    own.objects("artifacts", `${artifactFolders.erasures}/${kind}/${region}/`);
  return policyDocument(
    {
      Sid: "FindOrders",
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: own.bucket("artifacts"),
    },
    { Sid: "ReadOwnOrders", Effect: "Allow", Action: ["s3:GetObject"], Resource: folder("orders") },
    {
      Sid: "Answer",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject"],
      Resource: folder("answers"),
    },
    keysThroughStorage("Encrypt", scope, ["artifacts"], ["kms:Decrypt", "kms:GenerateDataKey"]),
  );
}
