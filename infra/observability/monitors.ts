import { foreign, type ForeignSource } from "./foreign";
import { namespaces, type NamespaceRole, partOf } from "../kubernetes/labels";
import { gatewayPodLabels } from "../kubernetes/gateway";

export const proxyMetricsPort = 15_090;
export const proxyMetricsPath = "/stats/prometheus";
/** Port where the agent of GPU nodes shows what they measure. */
export const gpuExporterPort = 9400;

/** Pods of others that Prometheus reads. */
interface Monitor {
  readonly name: string;
  readonly namespace: string;
  readonly pods:
    | { readonly matchLabels: Readonly<Record<string, string>> }
    | {
        readonly matchExpressions: readonly { readonly key: string; readonly operator: "Exists" }[];
      };
  /** Port that a container of the pods declares. */
  readonly port: number;
  readonly path?: string;
  readonly source: ForeignSource;
}

const inRole = (
  name: string,
  role: NamespaceRole,
  app: string,
  port: number,
  source: ForeignSource,
): Monitor => ({
  name,
  namespace: namespaces[role],
  pods: { matchLabels: { "app.kubernetes.io/name": app } },
  port,
  source,
});

const always: readonly Monitor[] = [
  {
    name: "gateway",
    namespace: namespaces.gateway,
    pods: { matchLabels: gatewayPodLabels },
    port: proxyMetricsPort,
    path: proxyMetricsPath,
    source: "proxy",
  },
  inRole("rollouts", "rollouts", "argo-rollouts", 8090, "rollouts"),
  inRole("workflows", "workflows", "argo-workflows-workflow-controller", 9090, "workflows"),
  inRole("autoscaler", "autoscaling", "keda-operator", 8080, "autoscaler"),
  // Event sources and sensors, which Argo Events makes out of objects of ours.
  {
    name: "events",
    namespace: namespaces.training,
    pods: { matchExpressions: [{ key: "owner-name", operator: "Exists" }] },
    port: 7777,
    source: "events",
  },
];

const gpuNodes: Monitor = {
  name: "gpu",
  namespace: "kube-system",
  pods: { matchLabels: { "app.kubernetes.io/name": "dcgm-exporter" } },
  port: gpuExporterPort,
  source: "gpu",
};

/**
 * Keeps the metrics that somebody looks at; the labels that say which object a metric is about win
 * over those of the pod that says it.
 */
const reading = (source: ForeignSource) => ({
  scheme: "http",
  interval: "30s",
  honorLabels: true,
  metricRelabelings: [
    { action: "keep", sourceLabels: ["__name__"], regex: Object.values(foreign[source]).join("|") },
  ],
});

function metadata(name: string) {
  return {
    name: `causeway-${name}`,
    namespace: namespaces.observability,
    labels: partOf,
  };
}

/**
 * A monitor for each controller, the mesh's gateway and, where a model asks for one, GPU nodes.
 * Models bring monitors of their own.
 */
export function podMonitors({ gpu }: { readonly gpu: boolean }) {
  return [...always, ...(gpu ? [gpuNodes] : [])].map(
    ({ name, namespace, pods, port, path = "/metrics", source }) => ({
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: metadata(name),
      spec: {
        namespaceSelector: { matchNames: [namespace] },
        selector: pods,
        podMetricsEndpoints: [{ portNumber: port, path, ...reading(source) }],
      },
    }),
  );
}

/** The mesh's control plane, whose pods do not declare the port; its Service does. */
export function controlPlaneMonitor() {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: metadata("istiod"),
    spec: {
      namespaceSelector: { matchNames: [namespaces.mesh] },
      selector: { matchLabels: { app: "istiod" } },
      endpoints: [{ port: "http-monitoring", path: "/metrics", ...reading("istiod") }],
    },
  };
}
