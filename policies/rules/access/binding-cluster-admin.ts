import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-binding-cluster-admin",
  area: "access",
  description: "No binding may give cluster-admin, or anything to system:masters.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Bind a role that lists what the subject does; keep cluster-admin for an emergency, outside the code.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  frameworks: [{ framework: "cis-eks", clause: "4.1.1" }],
  types: [
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  ],
  check: (binding) => {
    const admin =
      at(binding.props, "roleRef.name") === "cluster-admin" &&
      at(binding.props, "roleRef.kind") === "ClusterRole";
    const masters = list(binding.props, "subjects").some(
      (each) => at(each, "name") === "system:masters",
    );
    return [
      ...(admin ? [`${subject(binding)} must not bind cluster-admin`] : []),
      ...(masters ? [`${subject(binding)} must not name system:masters`] : []),
    ];
  },
});
