import { like, meansAction, statements } from "../../iam";
import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** With one of these on every role, whoever holds the policy can become any role of the account. */
const handsOver = [
  "iam:PassRole",
  "sts:AssumeRole",
  "sts:AssumeRoleWithSAML",
  "sts:AssumeRoleWithWebIdentity",
];
/** A role that nobody has: a pattern that takes it takes every one. */
const anyRole = "arn:aws:iam::000000000000:role/zq0-any-role";

export const rule = resourceRule({
  name: "access-policy-pass-role",
  area: "access",
  description: "An IAM policy must not allow passing or assuming every role.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Name the roles in Resource, and the service in a condition on iam:PassedToService.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-03" }],
  types: [
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/policy:Policy",
    "aws:iam/role:Role",
    "aws:iam/groupPolicy:GroupPolicy",
  ],
  check: (resource) => {
    const inline = list(resource.props, "inlinePolicies").map((policy) => at(policy, "policy"));
    return [at(resource.props, "policy"), ...inline]
      .flatMap(statements)
      .filter(
        (statement) =>
          statement.allows &&
          // Of every action at once access-policy-wildcard speaks.
          !statement.actions.includes("*") &&
          statement.resources.some((arn) => like(arn.replace(/::\d{12}:/, "::*:"), anyRole)),
      )
      .flatMap((statement) => {
        const found = handsOver.filter((action) => meansAction(statement, action));
        return found.length === 0
          ? []
          : [
              `statement ${statement.sid} of ${subject(resource)} must not allow ${found.join(", ")} on every role`,
            ];
      });
  },
});
