import { statements } from "../../iam";
import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

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
      .filter((statement) => statement.allows && statement.resources.includes("*"));
    return granted.flatMap((statement) => {
      const wild = statement.actions.filter((action) => action.includes("*"));
      return wild.length === 0
        ? []
        : [
            `statement ${statement.sid} of ${subject(resource)} must not allow ${wild.join(", ")} on every resource`,
          ];
    });
  },
});
