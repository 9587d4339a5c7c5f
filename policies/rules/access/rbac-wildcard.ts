import { none, resourceRule } from "../../rule";
import { isExempt, rbacRules, roleTypes } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-rbac-wildcard",
  area: "access",
  description: "A Kubernetes role must list verbs, resources and API groups, with no wildcard.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "List what the role does; a wildcard also grants what is added to the cluster tomorrow.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  frameworks: [
    { framework: "cis-eks", clause: "4.1.3" },
    { framework: "ml-lens", clause: "MLSEC-03" },
  ],
  types: roleTypes,
  parameters: { exemptRoles: none },
  check: (role, { exemptRoles }) =>
    isExempt(role, exemptRoles)
      ? []
      : rbacRules(role).flatMap((rule) => {
          const wild = (["verbs", "resources", "apiGroups"] as const).filter((field) =>
            rule[field].some((value) => value === "*" || value.startsWith("*/")),
          );
          return wild.length === 0
            ? []
            : [`${rule.label} must list its ${wild.join(", ")}, got "*"`];
        }),
});
