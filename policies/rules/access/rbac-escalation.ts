import { resourceRule } from "../../rule";
import { rbacRules, roleTypes } from "./rbac";

const escalating = ["escalate", "bind", "impersonate"];

export const rule = resourceRule({
  name: "access-rbac-escalation",
  area: "access",
  description: "A Kubernetes role must not let its holder gain rights that it does not have.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Drop escalate, bind and impersonate from the verbs.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks",
  frameworks: [{ framework: "cis-eks", clause: "4.1.8" }],
  types: roleTypes,
  check: (role) =>
    rbacRules(role).flatMap((rule) => {
      const found = rule.verbs.filter((verb) => escalating.includes(verb));
      return found.length === 0 ? [] : [`${rule.label} must not grant ${found.join(", ")}`];
    }),
});
