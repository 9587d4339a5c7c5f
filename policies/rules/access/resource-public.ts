import { statements, type PolicyStatement } from "../../iam";
import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** Condition keys that tie a caller to an account, an organization or a resource of one. */
const ties = [
  "aws:principalorgid",
  "aws:principalaccount",
  "aws:principalarn",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceorgid",
  "aws:sourcevpce",
  "kms:calleraccount",
];

export const rule = resourceRule({
  name: "access-resource-public",
  area: "access",
  description:
    "A policy on a bucket, key, repository, secret, topic or queue must not let everyone in.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Name the principals, or add a condition on aws:PrincipalOrgID, aws:PrincipalAccount or aws:SourceArn.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-04" },
    { framework: "ml-lens", clause: "MLSEC-05" },
    { framework: "cis-eks", clause: "5.1.2" },
  ],
  types: [
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:ecr/registryPolicy:RegistryPolicy",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topic:Topic",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:sqs/queue:Queue",
  ],
  check: (resource) =>
    statements(at(resource.props, "policy"))
      .filter(
        (statement) => statement.allows && statement.principals.includes("*") && !isTied(statement),
      )
      .map(
        (statement) =>
          `statement ${statement.sid} of ${subject(resource)} must name its principals, got everyone`,
      ),
});

/**
 * Only an operator that demands a value ties; `StringNotEquals` and the `IfExists` forms let in who
 * has none.
 */
function isTied(statement: PolicyStatement): boolean {
  return statement.conditions.some(
    ({ operator, key, values }) =>
      ["StringEquals", "StringLike", "ArnEquals", "ArnLike"].includes(operator) &&
      ties.includes(key.toLowerCase()) &&
      values.length > 0 &&
      values.every((value) => tells(key.toLowerCase(), value)),
  );
}

/** Whether the value of a tie says whom it means: an ARN by its account, anything else in full. */
function tells(key: string, value: string): boolean {
  if (!key.endsWith("arn")) return value !== "" && !/[*?]/.test(value);
  const [, , , , account = "", ...name] = value.split(":");
  // The ARN of a bucket has no account, so its name says whose it is.
  return account === "" ? /^[\w.-]{3,}/.test(name.join(":")) : !/[*?]/.test(account);
}
