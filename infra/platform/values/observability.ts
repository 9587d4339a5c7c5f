import { alertmanagerConfig } from "../../observability/alertmanager";
import { retrainingWebhook } from "../../kubernetes/retraining-webhook";
import { encryptedStorageClass } from "../../kubernetes/labels";
import { webhookSecret } from "../observability-secrets";
import { grafana } from "./grafana";
import { kubelet, prometheus } from "./prometheus";
import {
  containerSecurity,
  podSecurity,
  podUser,
  replicas,
  resources,
  type ChartSettings,
  type Values,
} from "./chart";

/**
 * Prometheus, Alertmanager and Grafana; rules and monitors of every namespace count, because ours
 * carry no label of this release.
 */
export function kubePrometheusStack(settings: ChartSettings): Values {
  return {
    fullnameOverride: "prometheus",
    crds: { enabled: true },
    // It needs the host's network, processes and disk, which the restricted standard refuses. The
    // kubelet tells CPU, memory and disk of a node, kube-state-metrics its conditions.
    nodeExporter: { enabled: false },
    // Managed control planes do not show these, and others by default to their own node alone: each
    // would be an alert without end.
    kubeControllerManager: { enabled: false },
    kubeScheduler: { enabled: false },
    kubeEtcd: { enabled: false },
    kubeProxy: { enabled: false },
    // EKS Auto Mode answers for names on each node, where no pod is to be read.
    ...(settings.target === "aws" && { coreDns: { enabled: false } }),
    defaultRules: { rules: rulesWithoutSource },
    prometheusOperator: {
      resources: resources("100m", "256Mi"),
      securityContext: podUser(65534),
      containerSecurityContext: containerSecurity,
      prometheusConfigReloader: { resources: resources("10m", "64Mi") },
      // The chart's rules are made before the operator runs that judges them: with "Fail" no first
      // installation ends. A rule that does not parse the operator leaves out itself.
      admissionWebhooks: {
        failurePolicy: "Ignore",
        patch: {
          resources: resources("10m", "64Mi"),
          securityContext: { ...podSecurity, runAsUser: 2000, runAsGroup: 2000 },
        },
      },
    },
    prometheus: prometheus(settings),
    kubelet,
    alertmanager: alertmanager(settings),
    grafana: grafana(settings),
    "kube-state-metrics": {
      collectors: stateCollectors,
      resources: resources("50m", "256Mi"),
      securityContext: podUser(65534),
      containerSecurityContext: containerSecurity,
    },
  };
}

/**
 * Kinds of which somebody looks at the state, in our rules or the chart's. Secrets and ConfigMaps
 * are not among them, so it may not read them.
 */
const stateCollectors = [
  "cronjobs",
  "daemonsets",
  "deployments",
  "horizontalpodautoscalers",
  "jobs",
  "namespaces",
  "nodes",
  "persistentvolumeclaims",
  "persistentvolumes",
  "poddisruptionbudgets",
  "pods",
  "replicasets",
  "resourcequotas",
  "statefulsets",
];

/**
 * Rules of the chart about what nobody measures here: the node exporter's metrics, and memory
 * beside the working set.
 */
const rulesWithoutSource = Object.fromEntries(
  [
    "network",
    "nodeExporterAlerting",
    "nodeExporterRecording",
    "kubePrometheusNodeRecording",
    "k8sContainerMemoryCache",
    "k8sContainerMemoryRss",
    "k8sContainerMemorySwap",
  ].map((group) => [group, false]),
);

/**
 * Two replicas in prod, which gossip what they have sent: each hears every alert, and one of them
 * tells it.
 */
function alertmanager(settings: ChartSettings): Values {
  const peopleFolder = settings.pages ? `/etc/alertmanager/secrets/${webhookSecret}` : undefined;
  return {
    config: alertmanagerConfig({
      peopleFolder,
      retrainingRoute: settings.retrainingRoute ?? "own",
      retrainingUrl: retrainingWebhook,
    }),
    podDisruptionBudget: { enabled: settings.environment === "prod", minAvailable: 1 },
    alertmanagerSpec: {
      secrets: settings.pages ? [webhookSecret] : [],
      replicas: replicas(settings),
      retention: "120h",
      resources: resources("50m", "128Mi"),
      securityContext: podUser(1000),
      storage: {
        volumeClaimTemplate: {
          spec: {
            storageClassName: encryptedStorageClass,
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "5Gi" } },
          },
        },
      },
      alertmanagerConfigMatcherStrategy: { type: "None" },
      podAntiAffinity: "hard",
    },
  };
}
