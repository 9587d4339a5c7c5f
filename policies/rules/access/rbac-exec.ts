import { resourceRule, type ResourceView } from "../../rule";
import { rbacRules, roleTypes } from "../../kubernetes";
import { text } from "../../resources";

/** Ways into a running container or node that no review sees. */
const doors = [
  "pods/exec",
  "pods/attach",
  "pods/ephemeralcontainers",
  "pods/proxy",
  "services/proxy",
  "nodes/proxy",
];
const portForward = "pods/portforward";

export const rule = resourceRule({
  name: "access-rbac-exec",
  area: "access",
  description:
    "A Kubernetes role must not open a shell in a pod or a node, nor reach a pod past the network.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Drop pods/exec, pods/attach, pods/ephemeralcontainers and every proxy; logs and metrics answer without a shell. pods/portforward is for namespaces of the parameter portForward, where admission names the pods.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  frameworks: [
    { framework: "cis-eks", clause: "4.1.4" },
    { framework: "ml-lens", clause: "MLSEC-13" },
  ],
  types: roleTypes,
  parameters: { portForward: ["causeway-observability"] },
  check: (role, parameters) => {
    const closed = reachesPages(role, parameters.portForward) ? doors : [...doors, portForward];
    return rbacRules(role).flatMap((rule) => {
      const open = rule.resources.filter((resource) => closed.includes(resource));
      return open.length === 0 ? [] : [`${rule.label} must not grant ${open.join(", ")}`];
    });
  },
});

/** Whether a role holds in a namespace alone in which admission says who reaches which pods. */
function reachesPages(role: ResourceView, namespaces: readonly string[]): boolean {
  return (
    role.type.endsWith(":Role") && namespaces.includes(text(role.props, "metadata.namespace") ?? "")
  );
}
