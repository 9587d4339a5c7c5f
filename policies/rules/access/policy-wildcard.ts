import { actionsLike } from "../../authorization";
import { isUnbounded } from "../../effective";
import { like, statements } from "../../iam";
import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** A resource that nobody has: a pattern that takes it takes every one, as `*` and `arn:*` do. */
const anyResource = "arn:aws:zq0:zq0:zq0:zq0";

export const rule = resourceRule({
  name: "access-policy-wildcard",
  area: "access",
  description: "An IAM policy must not allow a wildcard action on a wildcard resource.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "List the actions, or name the resources; where a service takes no resource, list its actions.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-03" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.7" },
  ],
  types: [
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/policy:Policy",
    "aws:iam/role:Role",
    "aws:iam/groupPolicy:GroupPolicy",
  ],
  check: (resource) => {
    const inline = list(resource.props, "inlinePolicies").map((policy) => at(policy, "policy"));
    const granted = [at(resource.props, "policy"), ...inline]
      .flatMap(statements)
      .filter(({ allows }) => allows);
    return granted.flatMap((statement) => {
      const wild = statement.actions.filter(
        (action) =>
          /[*?]/.test(action) &&
          (statement.resources.some((arn) => like(arn, anyResource)) ||
            actionsLike(action).some((meant) => isUnbounded(meant, statement))),
      );
      return wild.length === 0
        ? []
        : [
            `statement ${statement.sid} of ${subject(resource)} must not allow ${wild.join(", ")} on every resource`,
          ];
    });
  },
});
