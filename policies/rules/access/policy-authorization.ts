import { authorizationProblems } from "../../authorization";
import { statements } from "../../iam";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "access-policy-authorization",
  area: "access",
  description:
    "A policy statement must name actions that exist, resources that they take and condition keys that they know.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Look the action up in the service authorization reference, and give actions that differ in resources or condition keys statements of their own.",
  url: "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
  frameworks: [
    { framework: "iso-42001", clause: "A.4.3" },
    { framework: "ml-lens", clause: "MLSEC-03" },
  ],
  partial: true,
  types: ["aws:*"],
  check: ({ props }) =>
    ["policy", "assumeRolePolicy"].flatMap((property) =>
      statements(props[property]).flatMap((statement) =>
        authorizationProblems(statement).map(
          (problem) =>
            `Statement ${statement.sid} of ${property} must be one that AWS knows: ${problem}`,
        ),
      ),
    ),
});
