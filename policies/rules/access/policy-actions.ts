import { effectiveGrants, grantingDocuments, type EffectiveGrant } from "../../effective";
import { subject } from "../../kubernetes";
import { none, stackRule } from "../../rule";

/** What roles of a stack change, all of it. No role decides who may do what. */
const changes = [
  "aps:RemoteWrite",
  "ecr:BatchDeleteImage",
  "ecr:CompleteLayerUpload",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:StartImageScan",
  "ecr:UploadLayerPart",
  "eks:UpdateClusterVersion",
  "guardduty:ArchiveFindings",
  "kms:Decrypt",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
  "kms:Sign",
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "s3:AbortMultipartUpload",
  "s3:DeleteObject",
  "s3:DeleteObjectVersion",
  "s3:PutObject",
  "s3:ReplicateDelete",
  "s3:ReplicateObject",
  "s3:ReplicateTags",
];
/** Changes that a role may make for services of AWS alone. */
const forServices = ["kms:CreateGrant", "kms:RevokeGrant"];
const forService = "kms:grantisforawsresource";
/** So many names make a message long enough. */
const shownActions = 5;

export const rule = stackRule({
  name: "access-policy-actions",
  area: "access",
  description:
    "What a policy allows in effect, and what a boundary lets through, must change nothing beyond the listed actions.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Take the action away; where a role of your own needs it, list it in the parameter more, and say why. Roles, keys, trails and access entries change by pulumi up alone.",
  url: "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-03" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.7" },
  ],
  types: [
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/policy:Policy",
    "aws:iam/groupPolicy:GroupPolicy",
  ],
  parameters: { changes, more: none },
  check: (resources, given) => {
    const allowed = new Set([...given.changes, ...given.more]);
    return grantingDocuments(resources).flatMap((document) => {
      const found = effectiveGrants(document).filter((grant) => !isListed(grant, allowed));
      return [...new Set(found.map(({ statement }) => statement))].map((statement) => {
        const names = new Set(
          found.filter((one) => one.statement === statement).map(({ action }) => action.name),
        );
        return {
          resource: document.resource,
          message: `statement ${statement.sid} of ${subject(document.resource)} must change only what the rule lists, got ${inWords([...names])}`,
        };
      });
    });
  },
});

function isListed({ action, statement }: EffectiveGrant, allowed: ReadonlySet<string>): boolean {
  return (
    !action.changes ||
    allowed.has(action.name) ||
    (forServices.includes(action.name) &&
      statement.conditions.some(
        ({ operator, key, values }) =>
          operator === "Bool" &&
          key.toLowerCase() === forService &&
          values.every((value) => value === "true"),
      ))
  );
}

function inWords(names: readonly string[]): string {
  const more = names.length - shownActions;
  return names.slice(0, shownActions).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
