import { none, resourceRule } from "../../rule";
import { isExempt, rbacRules, roleTypes } from "../../kubernetes";

const reading = ["get", "list", "watch"];

export const rule = resourceRule({
  name: "access-rbac-secrets",
  area: "access",
  description: "A Kubernetes role must not read secrets, except by name.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Drop secrets from the rule, or get one secret by resourceNames; list and watch show contents too and cannot be named.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets",
  frameworks: [
    { framework: "cis-eks", clause: "4.1.2" },
    { framework: "ml-lens", clause: "MLSEC-05" },
  ],
  types: roleTypes,
  parameters: { exemptRoles: none },
  check: (role, { exemptRoles }) =>
    isExempt(role, exemptRoles)
      ? []
      : rbacRules(role)
          .filter((rule) => rule.resources.includes("secrets"))
          .flatMap((rule) => {
            const refused = rule.verbs.filter(
              (verb) =>
                reading.includes(verb) && (verb !== "get" || rule.resourceNames.length === 0),
            );
            return refused.length === 0
              ? []
              : [`${rule.label} must not ${refused.join(", ")} secrets`];
          }),
});
