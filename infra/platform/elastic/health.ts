import { platformAlert, type PlatformAlertName } from "../../gates/alerts";
import { namespaces } from "../../kubernetes/labels";
import { derived, logLabels, logStoreName, settingsName } from "./objects";
import type { LogStoreSize } from "./sizes";

/**
 * Share of a volume that must stay free. Elasticsearch itself gives no more shards to a node below
 * 15%, and stops writing below 5%.
 */
const leastFree = 0.2;

/**
 * Series of others that these alerts ask for: of kube-state-metrics and of the kubelet, which are
 * scraped anyway.
 */
export const healthSeries = [
  "kube_statefulset_status_replicas_ready",
  "kubelet_volume_stats_available_bytes",
  "kubelet_volume_stats_capacity_bytes",
  "kube_daemonset_status_number_unavailable",
  "kube_job_status_failed",
] as const;

type HealthSeries = (typeof healthSeries)[number];

/**
 * Alerts on the log store from what Kubernetes knows of it. Elasticsearch shows no Prometheus
 * metrics; an exporter would be one more program with an account, so the cluster's own colour is
 * left to `_cluster/health` and the runbooks.
 */
export function logStoreAlerts({ nodes }: LogStoreSize, runbookBase: string) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: {
      name: "log-store",
      namespace: namespaces.observability,
      labels: logLabels(logStoreName),
    },
    spec: {
      groups: [
        {
          name: "log-store",
          interval: "1m",
          rules: logStoreRules(nodes, runbookBase),
        },
      ],
    },
  };
}

function logStoreRules(nodes: number, runbookBase: string) {
  const alert = (name: PlatformAlertName, expr: string, wait: string, summary: string) => ({
    ...platformAlert(name, expr, summary, runbookBase),
    for: wait,
  });
  const store = { namespace: namespaces.observability };
  const volumes = `{namespace="${namespaces.observability}",persistentvolumeclaim=~"elasticsearch-data-.+"}`;
  const free = `${"kubelet_volume_stats_available_bytes" satisfies HealthSeries}${volumes} / ${"kubelet_volume_stats_capacity_bytes" satisfies HealthSeries}${volumes}`;
  return [
    alert(
      "CausewayLogStoreNodeMissing",
      `${select("kube_statefulset_status_replicas_ready", { ...store, statefulset: derived.statefulSet })} < ${nodes}`,
      "10m",
      `{{ $value }} of ${nodes} nodes of Elasticsearch are ready in {{ $labels.region }}`,
    ),
    alert(
      "CausewayLogStoreDiskFull",
      `${free} < ${leastFree}`,
      "15m",
      "{{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} free",
    ),
    alert(
      "CausewayLogShipperMissing",
      `${select("kube_daemonset_status_number_unavailable", { namespace: namespaces.logs, daemonset: derived.daemonSet })} > 0`,
      "15m",
      "{{ $value }} nodes send no logs",
    ),
    alert(
      "CausewayLogSettingsFailed",
      `kube_job_status_failed{namespace="${namespaces.observability}",job_name=~"${settingsName}-.+"} > 0`,
      "5m",
      "{{ $labels.job_name }} could not apply the settings of the log store",
    ),
  ];
}

function select(series: HealthSeries, labels: Readonly<Record<string, string>>): string {
  return `${series}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(",")}}`;
}
