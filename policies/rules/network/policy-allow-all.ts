import { isWide } from "../../blocks";
import { at, list, record, text } from "../../resources";
import { resourceRule, type ResourceView } from "../../rule";
import { controllerNamespaces, objectKey, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "network-policy-allow-all",
  area: "network",
  description: "A network policy must say who may connect, and to which ports outside.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Give each rule a from or a to with selectors; for the internet, list the ports, and in a namespace of the parameter closed add the policy to the parameter internet, as namespace/name.",
  url: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  frameworks: [
    { framework: "cis-eks", clause: "5.4.4" },
    { framework: "ml-lens", clause: "MLSEC-09" },
  ],
  types: ["kubernetes:networking.k8s.io/v1:NetworkPolicy"],
  parameters: {
    closed: [
      ...controllerNamespaces,
      ...["models", "training", "gateway", "observability", "logs"].map(
        (name) => `causeway-${name}`,
      ),
    ],
    internet: [
      "causeway-observability/internet",
      "causeway-training/erasure-regions",
      "causeway-training/orders",
      "istio-system/internet",
    ],
  },
  check: (policy, { closed, internet }) => [
    ...list(policy.props, "spec.ingress").flatMap((rule, index) =>
      isOpen(rule, "from")
        ? [`ingress rule ${index + 1} of ${subject(policy)} must say who may connect, got everyone`]
        : [],
    ),
    ...list(policy.props, "spec.egress").flatMap((rule, index) =>
      isOpen(rule, "to") && list(rule, "ports").length === 0
        ? [
            `egress rule ${index + 1} of ${subject(policy)} must say where to or on which ports, got everywhere on every port`,
          ]
        : [],
    ),
    ...list(policy.props, "spec.egress").flatMap((rule, index) =>
      isClosed(policy, closed) && !internet.includes(objectKey(policy)) && leaves(rule)
        ? [
            `egress rule ${index + 1} of ${subject(policy)} must lead to pods or to known blocks, got the internet`,
          ]
        : [],
    ),
  ],
});

/** Whether a policy is of a namespace whose pods stay inside, but for those that are listed. */
function isClosed({ props }: ResourceView, closed: readonly string[]): boolean {
  return closed.includes(text(props, "metadata.namespace") ?? "");
}

/** Whether a rule leads to addresses that nobody knows: to no peer in particular, or a wide block. */
function leaves(rule: unknown): boolean {
  const peers = list(rule, "to");
  return (
    peers.length === 0 || peers.some((peer) => isWide(text(peer, "ipBlock.cidr") ?? "10.0.0.0/8"))
  );
}

/** No peers means every peer; so do a block of all addresses and a selector of all namespaces. */
function isOpen(rule: unknown, peers: "from" | "to"): boolean {
  const given = list(rule, peers);
  return given.length === 0 || given.some(isEveryone);
}

function isEveryone(peer: unknown): boolean {
  const block = text(peer, "ipBlock.cidr");
  if (block !== undefined) return isWide(block);
  return (
    at(peer, "namespaceSelector") !== undefined &&
    !narrows(at(peer, "namespaceSelector")) &&
    !narrows(at(peer, "podSelector"))
  );
}

/** Whether a selector names values of a label: that one exists, or is not there, names nobody. */
function narrows(selector: unknown): boolean {
  return (
    Object.keys(record(selector, "matchLabels")).length > 0 ||
    list(selector, "matchExpressions").some((each) => text(each, "operator") === "In")
  );
}
