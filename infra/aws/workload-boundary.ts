import * as pulumi from "@pulumi/pulumi";
import { flowLogGroup } from "./naming";
import { policyDocument, type PolicyDocument, type Statement } from "./policy-document";
import { listing, ofStack, resourcesOf, unscopedReads, type RoleScope } from "./role-scope";

/**
 * Permissions boundary of the roles of pods, and of services of AWS that work for the stack:
 * whatever someone attaches to one later, it works on the stack's own data, images, keys and metrics,
 * and takes nothing of the audit log away but snapshots of logs.
 */
export function workloadBoundary(scope: RoleScope): PolicyDocument {
  const own = resourcesOf(scope);
  const flowLogs = `arn:aws:logs:*:${scope.account}:log-group:${flowLogGroup(scope, "*")}`;
  return policyDocument(
    ...useStores(own),
    {
      Sid: "UseImages",
      Effect: "Allow",
      Action: [
        ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        ...["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"],
        "ecr:PutImage",
      ],
      Resource: own.repositories,
    },
    listing("Login", unscopedReads.registryLogin),
    {
      Sid: "UseKeys",
      Effect: "Allow",
      Action: [
        ...["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
        ...["kms:Sign", "kms:GetPublicKey"],
      ],
      Resource: own.keys,
      Condition: ofStack(scope),
    },
    {
      Sid: "UseMetrics",
      Effect: "Allow",
      Action: [
        ...["aps:RemoteWrite", "aps:QueryMetrics"],
        ...["aps:GetLabels", "aps:GetSeries", "aps:GetMetricMetadata"],
      ],
      Resource: own.workspaces,
      Condition: ofStack(scope),
    },
    {
      Sid: "WriteFlowLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
      Resource: [flowLogs, `${flowLogs}:*`],
    },
  );
}

/** Reads and writes in the stack's buckets; what is deleted is no evidence. */
function useStores(own: ReturnType<typeof resourcesOf>): Statement[] {
  const data = (["data", "artifacts", "audit"] as const).flatMap((purpose) => [
    ...own.bucket(purpose),
    ...own.objects(purpose),
  ]);
  return [
    {
      Sid: "UseStores",
      Effect: "Allow",
      Action: ["s3:Get*", "s3:List*", "s3:PutObject", "s3:AbortMultipartUpload"],
      Resource: data,
    },
    // A mark of deletion is copied as well; versions stay.
    {
      Sid: "Replicate",
      Effect: "Allow",
      Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
      Resource: data,
    },
    {
      Sid: "DeleteData",
      Effect: "Allow",
      Action: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
      Resource: [
        ...own.objects("data"),
        ...own.objects("artifacts"),
        ...own.objects("audit", "log-snapshots/"),
      ],
    },
  ];
}

/** Services that take roles whose rights are policies of AWS: what those need, AWS decides. */
const managed = ["eks.amazonaws.com", "ec2.amazonaws.com"];

/**
 * Sets the boundary of every role below a component, so that none is forgotten; but of those that a
 * cluster, its nodes or an instance take.
 */
export function within(boundary: pulumi.Output<string>): pulumi.ResourceTransformation {
  return ({ type, props, opts }) => {
    const assumeRolePolicy: unknown = props["assumeRolePolicy"];
    return type === "aws:iam/role:Role" &&
      !(
        typeof assumeRolePolicy === "string" &&
        managed.some((service) => assumeRolePolicy.includes(`"${service}"`))
      )
      ? { props: { ...props, permissionsBoundary: boundary }, opts }
      : undefined;
  };
}
