import { stackRule } from "../../rule";
import { controllerNamespaces, namespacesWithout } from "../../kubernetes";

export const rule = stackRule({
  name: "workloads-namespace-limit-range",
  area: "workloads",
  description:
    "Namespaces must have a limit range, so that a container without requests still gets some.",
  severity: "low",
  enforcement: "mandatory",
  remediation: "Create a LimitRange in the namespace.",
  url: "https://kubernetes.io/docs/concepts/policy/limit-range/",
  frameworks: [{ framework: "cis-eks", clause: "4.5.1" }],
  parameters: { exempt: controllerNamespaces },
  check: (resources, { exempt }) =>
    namespacesWithout(resources, "kubernetes:core/v1:LimitRange", exempt),
});
