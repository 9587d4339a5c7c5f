import { policyDocument, type PolicyDocument } from "../aws/policy-document";

/**
 * Services that nodes and pods reach over interface endpoints, so that neither images, logs, keys
 * nor metrics cross the internet.
 */
export const interfaceServices = [
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
