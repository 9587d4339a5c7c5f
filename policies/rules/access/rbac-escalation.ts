import { resourceRule } from "../../rule";
import { rbacRules, roleTypes, type RbacRule } from "../../kubernetes";

const escalating = ["escalate", "bind", "impersonate"];

export const rule = resourceRule({
  name: "access-rbac-escalation",
  area: "access",
  description: "A Kubernetes role must not let its holder gain rights that it does not have.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Drop escalate, bind and impersonate from the verbs; only the role of an emergency may be bound, by its name.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks",
  frameworks: [{ framework: "cis-eks", clause: "4.1.8" }],
  types: roleTypes,
  // Admission lets this role be bound for a limited time alone.
  parameters: { bindable: ["causeway-break-glass"] },
  check: (role, { bindable }) =>
    rbacRules(role).flatMap((rule) => {
      const found = rule.verbs.filter(
        (verb) => escalating.includes(verb) && !(verb === "bind" && namesOnly(rule, bindable)),
      );
      return found.length === 0 ? [] : [`${rule.label} must not grant ${found.join(", ")}`];
    }),
});

function namesOnly({ resourceNames }: RbacRule, allowed: readonly string[]): boolean {
  return resourceNames.length > 0 && resourceNames.every((name) => allowed.includes(name));
}
