import { encryptedStorageClass } from "../../vocabulary";
import { grafanaSecret, webhookSecret } from "../observability-secrets";
import { containerSecurity, podSecurity, replicas, resources, type ChartSettings, type Values } from "./settings";

/** Prometheus, Alertmanager and Grafana; rules and monitors of every namespace count, because ours carry no label of this release. */
export function kubePrometheusStack(settings: ChartSettings): Values {
  const user = (id: number) => ({ ...podSecurity, runAsUser: id, runAsGroup: id, fsGroup: id });
  return {
    fullnameOverride: "prometheus",
    crds: { enabled: true },
    // It needs the host's network, processes and disk, which the restricted standard refuses; the kubelet reports CPU and memory of nodes.
    nodeExporter: { enabled: false },
    // Managed control planes do not show these.
    ...(settings.target === "aws" ? { kubeControllerManager: { enabled: false }, kubeScheduler: { enabled: false }, kubeEtcd: { enabled: false }, kubeProxy: { enabled: false }, coreDns: { enabled: false } } : {}),
    prometheusOperator: {
      resources: resources("100m", "256Mi"),
      securityContext: user(65534),
      containerSecurityContext: containerSecurity,
      prometheusConfigReloader: { resources: resources("10m", "64Mi") },
      admissionWebhooks: { failurePolicy: "Fail", patch: { resources: resources("10m", "64Mi"), securityContext: { ...podSecurity, runAsUser: 2000, runAsGroup: 2000 } } },
    },
    prometheus: { prometheusSpec: prometheusSpec(settings, user(1000)) },
    alertmanager: {
      config: alerting(settings),
      alertmanagerSpec: {
        secrets: settings.pages ? [webhookSecret.name] : [],
        replicas: replicas(settings),
        retention: "120h",
        resources: resources("50m", "128Mi"),
        securityContext: user(1000),
        storage: { volumeClaimTemplate: volume("5Gi") },
        alertmanagerConfigMatcherStrategy: { type: "None" },
        podAntiAffinity: "hard",
      },
    },
    grafana: {
      replicas: 1,
      admin: { existingSecret: grafanaSecret.name, userKey: grafanaSecret.userKey, passwordKey: grafanaSecret.passwordKey },
      resources: resources("100m", "256Mi"),
      securityContext: user(472),
      containerSecurityContext: containerSecurity,
      initChownData: { enabled: false },
      extraEmptyDirMounts: [{ name: "tmp", mountPath: "/tmp" }],
      testFramework: { enabled: false },
      "grafana.ini": { analytics: { reporting_enabled: false, check_for_updates: false }, "auth.anonymous": { enabled: false } },
      sidecar: { resources: resources("20m", "128Mi"), securityContext: containerSecurity, dashboards: { enabled: true, searchNamespace: "ALL" } },
    },
    "kube-state-metrics": { resources: resources("50m", "256Mi"), securityContext: user(65534), containerSecurityContext: containerSecurity },
  };
}

/** Pages go to the webhook, one for each model and alert; everything else is there to be looked at. */
function alerting({ pages }: ChartSettings): Values {
  const page = { name: "page", webhook_configs: [{ url_file: `/etc/alertmanager/secrets/${webhookSecret.name}/${webhookSecret.key}`, send_resolved: true }] };
  return {
    route: {
      receiver: "none",
      group_by: ["alertname", "model"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "4h",
      routes: pages ? [{ receiver: "page", matchers: ['severity = "critical"'] }] : [],
    },
    receivers: [{ name: "none" }, ...(pages ? [page] : [])],
  };
}

function prometheusSpec(settings: ChartSettings, securityContext: Values): Values {
  const prod = settings.environment === "prod";
  return {
    replicas: replicas(settings),
    retention: prod ? "15d" : "3d",
    retentionSize: prod ? "80GB" : "15GB",
    resources: prod ? resources("500m", "4Gi", "2") : resources("200m", "1Gi"),
    securityContext,
    storageSpec: { volumeClaimTemplate: volume(prod ? "100Gi" : "20Gi") },
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

function volume(storage: string): Values {
  return { spec: { storageClassName: encryptedStorageClass, accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } } };
}
