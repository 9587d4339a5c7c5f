import { nameOf } from "../../duties";
import { iamRoleType, identityStatements, ownAllowances, trustOf } from "../../iam";
import { ofType, text } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";

/** Prefix of the condition that holds a session tag to a value. */
const requestTag = "aws:RequestTag/";

export const rule = stackRule({
  name: "access-approval-role",
  area: "access",
  description:
    "Whoever records an approval in AWS must be able to do so only in the one role that their session tag names, and nobody may choose that tag.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Let the policy write to approvals/${aws:PrincipalTag/<key>}/ alone, and let each statement of sts:TagSession in the trust policy name one value of that key.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14" },
    { framework: "iso-42001", clause: "A.3.2" },
    { framework: "ml-lens", clause: "MLSEC-03" },
  ],
  check: (resources) => {
    const writes = auditBuckets(resources).flatMap((bucket) =>
      ownAllowances(resources, "s3:PutObject", `arn:aws:s3:::${bucket}/approvals/any-role/1.json`),
    );
    const roles = [...new Set(writes.map(({ role }) => role))];
    return roles.flatMap((role) => {
      const tags = new Set(
        writes.filter((write) => write.role === role).map(({ byTag }) => byTag[0]),
      );
      if (tags.has(undefined))
        return [
          {
            resource: role,
            message: `${nameOf(role)} must write approvals only under the role of its session tag, got any role`,
          },
        ];
      const tagging = trustOf(role).filter(({ actions }) =>
        actions.some(
          (action) => action === "sts:TagSession" || action === "sts:*" || action === "*",
        ),
      );
      const open = tagging.filter(({ conditions }) =>
        [...tags].some(
          (key) =>
            conditions.filter(
              (condition) =>
                condition.operator === "StringEquals" &&
                condition.key === `${requestTag}${key ?? ""}` &&
                condition.values.length === 1,
            ).length === 0,
        ),
      );
      return open.map(({ sid }) => ({
        resource: role,
        message: `${nameOf(role)} must let each of its callers take one role as session tag, got any in statement ${sid}`,
      }));
    });
  },
});

/**
 * Audit buckets that are planned, and those that a policy names: the bucket may be of another
 * stack.
 */
function auditBuckets(resources: readonly ResourceView[]): string[] {
  const planned = ofType(resources, "aws:s3/bucket:Bucket").map(
    ({ props }) => text(props, "bucket") ?? "",
  );
  const named = ofType(resources, iamRoleType)
    .flatMap((role) => identityStatements(resources, role))
    .flatMap((statement) =>
      statement.resources.map(
        (pattern) => /^arn:aws:s3:::([^/]+)/.exec(pattern)?.[1]?.replaceAll("*", "x") ?? "",
      ),
    );
  return [...new Set([...planned, ...named])].filter((name) => name.includes("-audit-"));
}
