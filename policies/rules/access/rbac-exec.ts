import { resourceRule } from "../../rule";
import { rbacRules, roleTypes } from "../../kubernetes";

/** Ways into a running container or node that no review sees. */
const doors = ["pods/exec", "pods/attach", "pods/ephemeralcontainers", "nodes/proxy"];

export const rule = resourceRule({
  name: "access-rbac-exec",
  area: "access",
  description: "A Kubernetes role must not open a shell in a pod or a node.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Drop pods/exec, pods/attach, pods/ephemeralcontainers and nodes/proxy; logs and metrics answer without a shell.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  frameworks: [
    { framework: "cis-eks", clause: "4.1.4" },
    { framework: "ml-lens", clause: "MLSEC-13" },
  ],
  types: roleTypes,
  check: (role) =>
    rbacRules(role).flatMap((rule) => {
      const open = rule.resources.filter((resource) => doors.includes(resource));
      return open.length === 0 ? [] : [`${rule.label} must not grant ${open.join(", ")}`];
    }),
});
