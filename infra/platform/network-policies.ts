import {
  busPorts,
  eventPods,
  eventSourcePodLabels,
  webhook,
} from "../kubernetes/retraining-webhook";
import {
  erasureLabels,
  followsHome,
  namespaces,
  ports,
  type NamespaceRole,
  partOf,
} from "../kubernetes/labels";
import { gatewayPorts } from "../kubernetes/gateway";
import {
  elasticPolicies,
  elasticsearchPort,
  erasurePolicy,
  shipperPolicies,
} from "./elastic/network";
import { namespaceProfiles } from "./namespaces";
import {
  anywhere,
  block,
  inNamespace,
  inRole,
  neighbours,
  pods,
  podsOf,
  tcp,
  type Peer,
  type PolicyRule,
  type Selector,
} from "./network-peers";
import type { Target } from "./values/chart";
import { proxyMetricsPort, gpuExporterPort } from "../observability/monitors";

/** What the policies of a cluster depend on. */
export interface PolicySettings {
  readonly target: Target;
  /** Blocks from which the API server calls webhooks and the load balancer calls the gateway. */
  readonly network: readonly string[];
  /** Blocks of the API server where it has addresses outside the network. @default none */
  readonly apiServers?: readonly string[];
}

/** Private addresses (RFC 1918): what is known of the network of a cluster that is not ours. */
export const privateNetwork: readonly string[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** Ports of Istio: its control plane's, and those where a proxy shows its metrics. */
const istiodPort = 15_012;
const proxyMetrics = [15_020, proxyMetricsPort];
const prometheusPort = 9090;
const named = "app.kubernetes.io/name";
const prometheusPods = pods(named, "prometheus");
const prometheus: Peer = { ...inRole("observability"), podSelector: prometheusPods };

/** Ports where a namespace's pods show metrics to Prometheus. */
const metricsPorts = {
  models: [ports.metrics, ...proxyMetrics],
  gateway: proxyMetrics,
  training: [7777, ports.metrics],
  // Open to its own namespace anyway.
  observability: [],
  logs: [],
  mesh: [15_014],
  rollouts: [8090],
  workflows: [9090],
  events: [7777],
  autoscaling: [8080],
  certificates: [9402],
  elastic: [],
} as const satisfies Record<NamespaceRole, readonly number[]>;

/**
 * Ports where a namespace's pods answer the API server: admission webhooks and, of the autoscaler,
 * metrics.
 */
const apiServerPorts = {
  models: [],
  gateway: [],
  training: [],
  observability: [10_250],
  logs: [],
  mesh: [15_017],
  rollouts: [],
  workflows: [],
  events: [],
  autoscaling: [6443, 9443],
  certificates: [10_250],
  elastic: [9443],
} as const satisfies Record<NamespaceRole, readonly number[]>;

/**
 * Everything that Prometheus reads, also outside our namespaces: kubelets, agents of GPU nodes, the
 * API server and the cluster's own DNS.
 */
const scraped = [
  ...new Set([
    ...Object.values(metricsPorts).flat(),
    443,
    6443,
    8080,
    9153,
    gpuExporterPort,
    10_250,
  ]),
].sort((a, b) => a - b);

/**
 * What only one namespace needs. Each model adds its own policy; a model's pods reach nothing else.
 */
const own: Record<NamespaceRole, (settings: PolicySettings) => PolicyRule[]> = {
  models: () => [],
  gateway: ({ network }) => [
    {
      name: "callers",
      ingress: [{ from: network.map(block), ports: tcp(gatewayPorts.tls, gatewayPorts.status) }],
    },
    { name: "to-models", egress: [{ to: [inRole("models")], ports: tcp(ports.http) }] },
  ],
  training: (settings) => [
    api(settings),
    ...(settings.target === "aws" ? otherRegions : []),
    erasurePolicy,
    ...eventPolicies,
    {
      name: "alerts",
      podSelector: { matchLabels: eventSourcePodLabels },
      ingress: [
        {
          from: [
            {
              ...inRole("observability"),
              podSelector: pods(named, "alertmanager"),
            },
          ],
          ports: tcp(webhook.port),
        },
      ],
    },
  ],
  observability: (settings) => [
    api(settings),
    ...elasticPolicies,
    {
      name: "scrape",
      podSelector: prometheusPods,
      egress: [{ to: [{ namespaceSelector: {} }, ...inside(settings)], ports: tcp(...scraped) }],
    },
    // Webhooks of people; and the shared workspace, which is in the home region.
    internet(
      podsOf(
        named,
        "alertmanager",
        ...(settings.target === "aws" ? ["grafana", "prometheus"] : []),
      ),
    ),
    {
      name: "retraining",
      podSelector: pods(named, "alertmanager"),
      egress: [{ to: [inRole("training")], ports: tcp(webhook.port) }],
    },
    // Autoscaler and progressive delivery decide on metrics.
    {
      name: "queries",
      podSelector: prometheusPods,
      ingress: [{ from: [inRole("autoscaling"), inRole("rollouts")], ports: tcp(prometheusPort) }],
    },
  ],
  logs: () => shipperPolicies,
  // istiod also fetches the keys of the callers' issuer.
  mesh: (settings) => [
    api(settings),
    internet(pods("app", "istiod")),
    together,
    {
      name: "proxies",
      ingress: [{ from: [inRole("models"), inRole("gateway")], ports: tcp(istiodPort) }],
    },
  ],
  rollouts: (settings) => [api(settings), queries],
  workflows: (settings) => [api(settings)],
  events: (settings) => [api(settings)],
  autoscaling: (settings) => [api(settings), together, queries],
  certificates: (settings) => [api(settings), together],
  elastic: (settings) => [
    api(settings),
    together,
    {
      name: "elasticsearch",
      egress: [{ to: [inRole("observability")], ports: tcp(elasticsearchPort) }],
    },
  ],
};

const bus = pods(eventPods.label, eventPods.bus);
const source = pods(eventPods.label, eventPods.source);
const sensors = pods(eventPods.label, eventPods.sensor);
const toBus = (...ports: number[]) => [{ to: [{ podSelector: bus }], ports: tcp(...ports) }];
/**
 * What passes on an alert: its pods reach the bus and nothing of the namespace else. The steps of a
 * run reach none of them, nor each other.
 */
const eventPolicies: readonly PolicyRule[] = [
  {
    name: "bus",
    podSelector: bus,
    ingress: [
      { from: [{ podSelector: bus }], ports: tcp(busPorts.clients, busPorts.servers) },
      { from: [{ podSelector: source }, { podSelector: sensors }], ports: tcp(busPorts.clients) },
    ],
    egress: toBus(busPorts.clients, busPorts.servers),
  },
  { name: "events-to-bus", podSelector: source, egress: toBus(busPorts.clients) },
  { name: "sensors-to-bus", podSelector: sensors, egress: toBus(busPorts.clients) },
];

const queries: PolicyRule = {
  name: "queries",
  egress: [{ to: [inRole("observability")], ports: tcp(prometheusPort) }],
};
const together: PolicyRule = {
  name: "together",
  ingress: [{ from: [neighbours] }],
  egress: [{ to: [neighbours] }],
};

/**
 * Where AWS and the API server answer pods: at endpoints in the network, S3 as well, and at the
 * service of the API server, which is the first address of one of EKS's service blocks.
 */
function inside({ target, network, apiServers = [] }: PolicySettings): Peer[] {
  const services = target === "aws" ? ["10.100.0.1/32", "172.20.0.1/32"] : [];
  return [...network, ...services, ...apiServers].map(block);
}

/**
 * HTTPS to the Kubernetes API and to AWS, and to nothing outside. Policies see the API server's own
 * port, which EKS and other clusters choose differently.
 */
function api(settings: PolicySettings): PolicyRule {
  const { target } = settings;
  const https = { to: inside(settings), ports: tcp(...(target === "aws" ? [443] : [443, 6443])) };
  // The agent of EKS Pod Identity, on each node, hands a pod the credentials of its role.
  const agent = { to: [block("169.254.170.23/32")], ports: tcp(80) };
  return { name: "https", egress: target === "aws" ? [https, agent] : [https] };
}

/** HTTPS to any address, for pods that run no code of a model's team. */
function internet(podSelector: Selector, name = "internet"): PolicyRule {
  return { name, podSelector, egress: [{ to: [anywhere], ports: tcp(443) }] };
}

/**
 * Buckets of other regions answer at public addresses: an erasure searches them, and what follows
 * the home region reads its orders there.
 */
const otherRegions: readonly PolicyRule[] = [
  internet(
    pods("app.kubernetes.io/component", erasureLabels["app.kubernetes.io/component"]),
    "erasure-regions",
  ),
  internet(pods(followsHome.label, followsHome.value), "orders"),
];

/**
 * Where pods ask for names. EKS Auto Mode answers on each node, at a service address, so no pod is
 * there to select; both are EKS's service blocks.
 */
function dns({ target }: PolicySettings): PolicyRule {
  const resolvers = target === "aws" ? ["10.100.0.0/16", "172.20.0.0/16"] : [];
  return {
    name: "to-dns",
    egress: [
      {
        to: [inNamespace("kube-system"), ...resolvers.map(block)],
        ports: [...tcp(53), { protocol: "UDP", port: 53 }],
      },
    ],
  };
}

/** The network policies of a namespace: nothing in, nothing out, and then what it needs by name. */
export function networkPolicies(role: NamespaceRole, settings: PolicySettings) {
  const rules: PolicyRule[] = [dns(settings), ...own[role](settings)];
  const [metrics, admission] = [metricsPorts[role], apiServerPorts[role]];
  if (namespaceProfiles[role].injection)
    rules.push({ name: "to-istiod", egress: [{ to: [inRole("mesh")], ports: tcp(istiodPort) }] });
  if (metrics.length > 0)
    rules.push({ name: "metrics", ingress: [{ from: [prometheus], ports: tcp(...metrics) }] });
  if (admission.length > 0)
    rules.push({
      name: "api-server",
      ingress: [{ from: settings.network.map(block), ports: tcp(...admission) }],
    });
  return [
    {
      metadata: metadata(role, "default-deny"),
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    },
    ...rules.map(({ name, podSelector = {}, ingress, egress }) => ({
      metadata: metadata(role, name),
      spec: {
        podSelector,
        policyTypes: [...(ingress ? ["Ingress"] : []), ...(egress ? ["Egress"] : [])],
        ...(ingress && { ingress }),
        ...(egress && { egress }),
      },
    })),
  ];
}

function metadata(role: NamespaceRole, name: string) {
  return { name, namespace: namespaces[role], labels: partOf };
}
