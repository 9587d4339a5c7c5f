import { stackRule } from "../../rule";
import { controllerNamespaces, namespacesWithout } from "../../kubernetes";

export const rule = stackRule({
  name: "workloads-namespace-quota",
  area: "workloads",
  description:
    "Namespaces must have a resource quota, so that one tenant cannot take the whole cluster.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Create a ResourceQuota in the namespace.",
  url: "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
  frameworks: [{ framework: "cis-eks", clause: "4.5.1" }],
  parameters: { exempt: controllerNamespaces },
  check: (resources, { exempt }) =>
    namespacesWithout(resources, "kubernetes:core/v1:ResourceQuota", exempt),
});
