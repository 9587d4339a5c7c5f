import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** Groups and users that hold for callers whom nobody chose. */
const everyone: readonly unknown[] = [
  "system:anonymous",
  "system:unauthenticated",
  "system:authenticated",
  "system:serviceaccounts",
];

export const rule = resourceRule({
  name: "access-binding-anonymous",
  area: "access",
  description: "A binding must name its subjects, not everyone who is, or is not, logged in.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Bind to one of the platform's groups or to a service account.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  frameworks: [
    { framework: "cis-eks", clause: "4.1.1" },
    { framework: "ml-lens", clause: "MLSEC-03" },
  ],
  types: [
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  ],
  check: (binding) =>
    list(binding.props, "subjects")
      .filter((each) => {
        const name = text(each, "name") ?? "";
        return everyone.includes(name) || name.startsWith("system:serviceaccounts:");
      })
      .map((each) => `${subject(binding)} must not bind to ${String(at(each, "name"))}`),
});
