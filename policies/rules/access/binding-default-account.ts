import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-binding-default-account",
  area: "access",
  description:
    "A binding must not give rights to a namespace's default service account, which every pod gets that names none.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Create a service account for the workload and bind to that.",
  url: "https://kubernetes.io/docs/concepts/security/service-accounts/",
  frameworks: [{ framework: "cis-eks", clause: "4.1.5" }],
  types: [
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  ],
  check: (binding) =>
    list(binding.props, "subjects").some(
      (each) => at(each, "kind") === "ServiceAccount" && at(each, "name") === "default",
    )
      ? [`${subject(binding)} must not bind to a default service account`]
      : [],
});
