import { list, text } from "../../read";
import type { ResourceView } from "../../rule";
import { subject } from "../workloads/subject";

/** Kinds that hold RBAC rules. */
export const roleTypes = [
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
  "kubernetes:rbac.authorization.k8s.io/v1:Role",
] as const;

/** One RBAC rule of a role. */
export interface RbacRule {
  /** What a message calls it, e.g. `rule 2 of ClusterRole "auditor"`. */
  readonly label: string;
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

/** The rules of a Role or ClusterRole. */
export function rbacRules(role: ResourceView): RbacRule[] {
  return list(role.props, "rules").map((rule, index) => ({
    label: `rule ${index + 1} of ${subject(role)}`,
    verbs: texts(rule, "verbs"),
    apiGroups: texts(rule, "apiGroups"),
    resources: texts(rule, "resources"),
    resourceNames: texts(rule, "resourceNames"),
  }));
}

/** Whether a role is among those that a parameter exempts by the name in its metadata. */
export function isExempt(role: ResourceView, exempt: readonly string[]): boolean {
  return exempt.includes(text(role.props, "metadata.name") ?? "");
}

function texts(value: unknown, path: string): string[] {
  return list(value, path).filter((item) => typeof item === "string");
}
