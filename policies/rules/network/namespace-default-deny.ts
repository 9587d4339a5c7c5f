import { none, stackRule, type ResourceView } from "../../rule";
import { at, list, ofType, record, text } from "../../resources";
import { subject } from "../../kubernetes";

const namespaceType = "kubernetes:core/v1:Namespace";

export const rule = stackRule({
  name: "network-namespace-default-deny",
  area: "network",
  description: "Each namespace must refuse connections that no network policy allows.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Add a NetworkPolicy with an empty podSelector, both policyTypes, and no rules.",
  url: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
  frameworks: [
    { framework: "cis-eks", clause: "4.3.2" },
    { framework: "cis-eks", clause: "5.4.4" },
    { framework: "ml-lens", clause: "MLSEC-09" },
  ],
  parameters: { exemptNamespaces: none },
  check: (resources, { exemptNamespaces }) => {
    const denied = ofType(resources, "kubernetes:networking.k8s.io/v1:NetworkPolicy")
      .filter(deniesAll)
      .map(({ props }) => text(props, "metadata.namespace"));
    const namespaces = ofType(resources, namespaceType).filter(
      ({ props }) => !exemptNamespaces.includes(text(props, "metadata.name") ?? ""),
    );
    // A stack may hold a namespace once per cluster, and then needs the policy as often.
    return namespaces.flatMap((namespace) => {
      const name = text(namespace.props, "metadata.name") ?? namespace.name;
      const wanted = namespaces.filter(({ props }) => text(props, "metadata.name") === name).length;
      const found = denied.filter((other) => other === name).length;
      return found >= Math.max(wanted, 1)
        ? []
        : [
            {
              resource: namespace,
              message: `${subject(namespace)} must have a NetworkPolicy that denies all by default in each cluster, got ${found} for ${Math.max(wanted, 1)}`,
            },
          ];
    });
  },
});

function deniesAll({ props }: ResourceView): boolean {
  const everyPod =
    Object.keys(record(props, "spec.podSelector")).every(
      (key) => Object.keys(record(props, `spec.podSelector.${key}`)).length === 0,
    ) && list(props, "spec.podSelector.matchExpressions").length === 0;
  const kinds = list(props, "spec.policyTypes");
  return (
    everyPod &&
    at(props, "spec.podSelector") !== undefined &&
    kinds.includes("Ingress") &&
    kinds.includes("Egress") &&
    list(props, "spec.ingress").length === 0 &&
    list(props, "spec.egress").length === 0
  );
}
