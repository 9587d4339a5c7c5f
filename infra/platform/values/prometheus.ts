import { encryptedStorageClass } from "../../kubernetes/labels";
import {
  podUser,
  replicas,
  resources,
  type ChartSettings,
  type SharedWorkspace,
  type Values,
} from "./chart";

/** Service account of Prometheus; on AWS it may write to the shared workspace. */
export const prometheusAccount = "prometheus";

/**
 * Series that leave the region: what the rules recorded, which alerts fire and which releases run.
 * The rest is only looked at where it was made.
 */
const shared = "causeway:.+|ALERTS|causeway_build_info";

/** Prometheus: two replicas in prod, each of which scrapes and evaluates all. */
export function prometheus(settings: ChartSettings): Values {
  return {
    serviceAccount: { create: true, name: prometheusAccount },
    podDisruptionBudget: { enabled: settings.environment === "prod", minAvailable: 1 },
    prometheusSpec: {
      ...spec(settings),
      ...labels(settings),
      ...(settings.workspace && { remoteWrite: [remoteWrite(settings.workspace)] }),
    },
  };
}

function spec(settings: ChartSettings): Values {
  const prod = settings.environment === "prod";
  return {
    replicas: replicas(settings),
    retention: prod ? "15d" : "3d",
    retentionSize: prod ? "80GB" : "15GB",
    resources: prod ? resources("500m", "4Gi", "2") : resources("200m", "1Gi"),
    securityContext: podUser(1000),
    storageSpec: {
      volumeClaimTemplate: {
        spec: {
          storageClassName: encryptedStorageClass,
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: prod ? "100Gi" : "20Gi" } },
        },
      },
    },
    ruleSelectorNilUsesHelmValues: false,
    podMonitorSelectorNilUsesHelmValues: false,
    serviceMonitorSelectorNilUsesHelmValues: false,
    probeSelectorNilUsesHelmValues: false,
    scrapeConfigSelectorNilUsesHelmValues: false,
    scrapeInterval: "30s",
    evaluationInterval: "30s",
    walCompression: true,
    podAntiAffinity: "hard",
  };
}

/**
 * Labels that alerts and what leaves the region carry. The workspace takes samples of one replica
 * for each `cluster`, and drops `__replica__`; the operator's own label would be the same in all
 * regions, and all but one region would be dropped with it.
 */
function labels({ region, clusterName, environment }: ChartSettings): Values {
  return {
    externalLabels: { cluster: clusterName, region, environment },
    replicaExternalLabelName: "__replica__",
    prometheusExternalLabelNameClear: true,
  };
}

/** Signed with the pod's own credentials, which its node's agent for Pod Identity hands out. */
function remoteWrite({ remoteWriteUrl, region }: SharedWorkspace): Values {
  return {
    url: remoteWriteUrl,
    sigv4: { region },
    writeRelabelConfigs: [{ action: "keep", sourceLabels: ["__name__"], regex: shared }],
    queueConfig: { maxSamplesPerSend: 1_000, maxShards: 20, capacity: 2_500 },
    // Of rules and alerts, not of the thousands of series behind them.
    metadataConfig: { send: false },
  };
}

/** What cAdvisor measures of containers and nodes that somebody looks at. */
const containerMetrics = [
  "cpu_usage_seconds_total",
  "cpu_cfs_periods_total",
  "cpu_cfs_throttled_periods_total",
  "memory_working_set_bytes",
  "fs_usage_bytes",
  "fs_limit_bytes",
  "network_receive_bytes_total",
  "network_transmit_bytes_total",
  "oom_events_total",
];

/**
 * Kubelets, in place of a node exporter: the chart drops what cAdvisor says of the node as a whole
 * (`id="/"`), and here it stays.
 */
export const kubelet: Values = {
  serviceMonitor: {
    cAdvisorMetricRelabelings: [
      {
        action: "keep",
        sourceLabels: ["__name__"],
        regex: `container_(${containerMetrics.join("|")})`,
      },
      // Groups of processes that are neither the node nor a pod.
      { action: "drop", sourceLabels: ["id", "pod"], regex: "/.+;" },
    ],
  },
};
