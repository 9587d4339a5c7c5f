import { statements } from "../../iam";
import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** With one of these on every role, whoever holds the policy can become any role of the account. */
const handsOver = ["iam:passrole", "sts:assumerole"];

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
          statement.resources.some((arn) => arn === "*" || arn.endsWith(":role/*")),
      )
      .flatMap((statement) => {
        const found = statement.actions.filter((action) =>
          handsOver.includes(action.toLowerCase()),
        );
        return found.length === 0
          ? []
          : [
              `statement ${statement.sid} of ${subject(resource)} must not allow ${found.join(", ")} on every role`,
            ];
      });
  },
});
