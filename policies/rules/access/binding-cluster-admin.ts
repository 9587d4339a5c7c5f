import { list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** Roles that come with Kubernetes and reach the Secrets, or more, of what they are bound to. */
const wide = ["cluster-admin", "admin", "edit"];
/** Roles of Kubernetes' own that an API server behind the main one asks for. */
const asked = ["system:auth-delegator", "system:discovery", "system:basic-user"];

/** Names that the API server gives to its own parts, or lets do everything. */
function isSuperuser(name: string): boolean {
  return (
    ["kubernetes-admin", "kubeadm:cluster-admins", "system:masters", "system:admin"].includes(
      name,
    ) || /^(system:(kube-|node|apiserver)|eks:)/.test(name)
  );
}

export const rule = resourceRule({
  name: "access-binding-cluster-admin",
  area: "access",
  description:
    "No binding may give cluster-admin, admin or edit, or anything to a superuser such as system:masters.",
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
    const role = text(binding.props, "roleRef.name") ?? "";
    const isWide =
      text(binding.props, "roleRef.kind") === "ClusterRole" &&
      (wide.includes(role) || (role.startsWith("system:") && !asked.includes(role)));
    const names = list(binding.props, "subjects").flatMap((each) => {
      const name = text(each, "name") ?? "";
      return text(each, "kind") !== "ServiceAccount" && isSuperuser(name) ? [name] : [];
    });
    return [
      ...(isWide ? [`${subject(binding)} must not bind ${role}`] : []),
      ...names.map((name) => `${subject(binding)} must not name ${name}`),
    ];
  },
});
