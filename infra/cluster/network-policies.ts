import { namespaces, ports } from "../vocabulary";
import { gatewayPorts } from "./gateway";
import { namespaceProfiles, type Tenant } from "./namespaces";
import type { Target } from "./values/settings";

/** Ports of Istio: its control plane's, and those where a proxy shows its metrics. */
const istiodPort = 15_012;
const proxyMetricsPorts = [15_020, 15_090];

/** A rule of a NetworkPolicy, in or out; mutable lists, as the SDK takes them. */
interface Rule {
  readonly name: string;
  readonly podSelector?: Selector;
  readonly ingress?: { from?: Peer[]; ports?: Port[] }[];
  readonly egress?: { to?: Peer[]; ports?: Port[] }[];
}
interface Selector {
  readonly matchLabels?: Record<string, string>;
}
interface Peer {
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: string[] };
}
interface Port {
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
}

const tcp = (...numbers: number[]): Port[] => numbers.map((port) => ({ protocol: "TCP", port }));
const inNamespace = (name: string): Peer => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
const pods = (label: string, value: string): Selector => ({ matchLabels: { [label]: value } });
const prometheusPods = pods("app.kubernetes.io/name", "prometheus");
const prometheus: Peer = { ...inNamespace(namespaces.observability), podSelector: prometheusPods };

/** Addresses outside the cluster, without the instance metadata service and the other link-local addresses. */
const anywhere: Peer = { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } };

/** Where pods ask for names. EKS Auto Mode answers on each node, at a service address, so no pod is there to select; both are EKS's service blocks. */
function dns(target: Target): Peer[] {
  const resolvers = target === "aws" ? ["10.100.0.0/16", "172.20.0.0/16"] : [];
  return [inNamespace("kube-system"), ...resolvers.map((cidr) => ({ ipBlock: { cidr } }))];
}

/** AWS and the Kubernetes API over HTTPS. Policies see the API server's own port, which EKS and other clusters choose differently. */
function https(target: Target): NonNullable<Rule["egress"]> {
  return [
    { to: [anywhere], ports: tcp(...(target === "aws" ? [443] : [443, 6443])) },
    // The agent of EKS Pod Identity, which hands a pod the credentials of its role.
    ...(target === "aws" ? [{ to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: tcp(80) }] : []),
  ];
}

/** What only one tenant needs. Each model adds its own policy; a model's pods reach nothing else. */
const own: Record<Tenant, (target: Target) => Rule[]> = {
  models: () => [],
  gateway: () => [
    // Callers come from the load balancer, whose addresses are those of its subnets; the cluster's security group admits only it.
    { name: "callers", ingress: [{ ports: tcp(gatewayPorts.tls, gatewayPorts.status) }] },
    { name: "to-models", egress: [{ to: [inNamespace(namespaces.models)], ports: tcp(ports.http) }] },
  ],
  training: (target) => [
    { name: "https", egress: https(target) },
    // Sensors and event sources talk to their bus; Alertmanager starts a retraining over a webhook.
    { name: "events", ingress: [{ from: [{ podSelector: {} }] }, { from: [inNamespace(namespaces.observability)], ports: tcp(12_000) }], egress: [{ to: [{ podSelector: {} }] }] },
  ],
  observability: (target) => [
    { name: "https", egress: https(target) },
    { name: "together", ingress: [{ from: [{ podSelector: {} }] }], egress: [{ to: [{ podSelector: {} }] }] },
    // Prometheus reads metrics wherever they are; Alertmanager starts a retraining.
    { name: "scrape", podSelector: prometheusPods, egress: [{ to: [{ namespaceSelector: {} }, anywhere] }] },
    { name: "retraining", podSelector: pods("app.kubernetes.io/name", "alertmanager"), egress: [{ to: [inNamespace(namespaces.training)], ports: tcp(12_000) }] },
    // Autoscaler and progressive delivery decide on metrics; the operator keeps Elasticsearch.
    { name: "queries", podSelector: prometheusPods, ingress: [{ from: [inNamespace(namespaces.autoscaling), inNamespace(namespaces.rollouts)], ports: tcp(9090) }] },
    { name: "elasticsearch", ingress: [{ from: [inNamespace(namespaces.elastic)], ports: tcp(9200) }] },
    // The API server calls the operator's admission webhook from outside the pods' network.
    { name: "admission", podSelector: pods("app", "prometheus-operator"), ingress: [{ ports: tcp(10_250) }] },
  ],
};

/** The network policies of a tenant: nothing in, nothing out, and then what it needs by name. */
export function networkPolicies(tenant: Tenant, target: Target) {
  const meshed: Rule[] = namespaceProfiles[tenant].injection
    ? [{ name: "to-istiod", egress: [{ to: [inNamespace(namespaces.mesh)], ports: tcp(istiodPort) }] }]
    : [];
  const rules: Rule[] = [
    { name: "to-dns", egress: [{ to: dns(target), ports: [...tcp(53), { protocol: "UDP", port: 53 }] }] },
    ...meshed,
    { name: "metrics", ingress: [{ from: [prometheus], ports: tcp(ports.metrics, ...(namespaceProfiles[tenant].injection ? proxyMetricsPorts : [])) }] },
    ...own[tenant](target),
  ];
  return [
    { metadata: metadata(tenant, "default-deny"), spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
    ...rules.map(({ name, podSelector = {}, ingress, egress }) => ({
      metadata: metadata(tenant, name),
      spec: { podSelector, policyTypes: [...(ingress ? ["Ingress"] : []), ...(egress ? ["Egress"] : [])], ...(ingress && { ingress }), ...(egress && { egress }) },
    })),
  ];
}

function metadata(tenant: Tenant, name: string) {
  return { name, namespace: namespaces[tenant], labels: { "app.kubernetes.io/part-of": "causeway" } };
}
