import { shown, subject } from "../../kubernetes";
import { list, text } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "network-admin-policy",
  area: "network",
  description:
    "A network policy of the whole cluster must deny or leave it to those of namespaces: what it allows, no namespace can refuse.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Set action to Deny or Pass, and allow in a NetworkPolicy of the namespace.",
  url: "https://network-policy-api.sigs.k8s.io/api-overview/",
  frameworks: [
    { framework: "cis-eks", clause: "5.4.4" },
    { framework: "ml-lens", clause: "MLSEC-09" },
  ],
  types: ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"].map(
    (kind) => `kubernetes:policy.networking.k8s.io/v1alpha1:${kind}`,
  ),
  check: (policy) =>
    ["ingress", "egress"].flatMap((direction) =>
      list(policy.props, `spec.${direction}`).flatMap((rule, index) => {
        const action = text(rule, "action");
        return action === "Deny" || action === "Pass"
          ? []
          : [
              `${direction} rule ${index + 1} of ${subject(policy)} must deny or pass, got ${shown(action)}`,
            ];
      }),
    ),
});
