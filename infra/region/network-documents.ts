import { policyDocument, type PolicyDocument } from "../aws/policy-document";

/**
 * Services that nodes and pods reach over interface endpoints, so that neither data, images, logs,
 * keys nor metrics cross the internet. S3 too: its gateway endpoint would leave it at public
 * addresses, and whoever may reach those may reach any.
 */
export const interfaceServices = [
  "s3",
  "ecr.api",
  "ecr.dkr",
  "sts",
  "logs",
  "kms",
  "ec2",
  "eks",
  "eks-auth",
  "aps-workspaces",
  "secretsmanager",
] as const;

/** Services that an instance of Systems Manager needs for sessions. */
export const sessionServices = ["ssm", "ssmmessages"] as const;

/** Lets VPC flow logs, and nothing else, take the role. */
export function flowLogTrust(): PolicyDocument {
  return policyDocument({
    Sid: "FlowLogs",
    Effect: "Allow",
    Principal: { Service: "vpc-flow-logs.amazonaws.com" },
    Action: ["sts:AssumeRole"],
  });
}

/** What flow logs may do: write to their own log group. */
export function flowLogPermissions(logGroupArn: string): PolicyDocument {
  return policyDocument({
    Sid: "WriteFlowLogs",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
    Resource: [logGroupArn, `${logGroupArn}:*`],
  });
}

/**
 * What the endpoint of S3 lets pass: reads, such as of image layers, which lie in buckets of AWS,
 * and writes to the account's own buckets alone. Whoever has keys of another account carries no data
 * there.
 */
export function storagePolicy(account: string): PolicyDocument {
  return policyDocument(
    { Sid: "Use", Effect: "Allow", Principal: "*", Action: ["s3:*"], Resource: ["*"] },
    {
      Sid: "WriteToOwnAccount",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:Create*", "s3:Delete*", "s3:Put*", "s3:Replicate*", "s3:Restore*"],
      Resource: ["*"],
      Condition: { StringNotEquals: { "aws:ResourceAccount": account } },
    },
  );
}
