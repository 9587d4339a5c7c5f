import { namespaces } from "../../kubernetes/labels";
import {
  apart,
  containerSecurity,
  podSecurity,
  replicas,
  resources,
  spread,
  type ChartSettings,
  type Values,
} from "./chart";

/** Autoscaling of models, and of nothing outside their namespace. */
export function keda(settings: ChartSettings): Values {
  const budget = settings.environment === "prod" ? { maxUnavailable: 1 } : {};
  const context = <T>(value: T) => ({ operator: value, metricServer: value, webhooks: value });
  // The metrics server has a flag of numbers where the two others have one of words: a word there
  // and it does not start.
  const json = { level: "info", format: "json" };
  return {
    crds: { install: true },
    watchNamespace: namespaces.models,
    operator: { replicaCount: replicas(settings) },
    metricsServer: { replicaCount: replicas(settings) },
    webhooks: { enabled: true, failurePolicy: "Fail", replicaCount: replicas(settings) },
    podDisruptionBudget: { operator: budget, metricServer: budget, webhooks: budget },
    // What it scales there; the chart's own default is to get objects of all kinds. No trigger of
    // ours needs a credential, and the keys of pseudonyms are there too.
    rbac: { scaledRefKinds: [{ apiGroup: "argoproj.io", kind: "rollouts" }] },
    permissions: {
      operator: { restrict: { secret: true } },
      metricServer: { restrict: { secret: true } },
    },
    resources: context(resources("100m", "512Mi")),
    podSecurityContext: context(podSecurity),
    securityContext: context(containerSecurity),
    topologySpreadConstraints: {
      operator: spread({ app: "keda-operator" }),
      metricsServer: spread({ app: "keda-operator-metrics-apiserver" }),
      webhooks: spread({ app: "keda-admission-webhooks" }),
    },
    logging: {
      operator: json,
      webhooks: json,
      metricServer: { level: 0, zapLevel: "info", zapEncoder: "json" },
    },
    prometheus: { operator: { enabled: true }, metricServer: { enabled: true } },
  };
}

/** Certificates inside the cluster. */
export function certManager(settings: ChartSettings): Values {
  const part = (component: string) => ({
    replicaCount: replicas(settings),
    resources: resources("50m", "256Mi"),
    securityContext: podSecurity,
    containerSecurityContext: containerSecurity,
    podDisruptionBudget: { enabled: settings.environment === "prod", minAvailable: 1 },
    topologySpreadConstraints: spread({ "app.kubernetes.io/component": component }),
  });
  return {
    crds: { enabled: true, keep: true },
    global: {
      leaderElection: { namespace: namespaces.certificates },
      rbac: { aggregateClusterRoles: false },
    },
    ...part("controller"),
    enableCertificateOwnerRef: true,
    webhook: part("webhook"),
    cainjector: part("cainjector"),
    startupapicheck: {
      resources: resources("50m", "64Mi"),
      securityContext: podSecurity,
      containerSecurityContext: containerSecurity,
    },
    prometheus: { enabled: true, servicemonitor: { enabled: false } },
  };
}

/** Elasticsearch and Kibana operator; it tells its makers nothing about us. */
export function eckOperator(settings: ChartSettings): Values {
  return {
    installCRDs: true,
    replicaCount: replicas(settings),
    managedNamespaces: [namespaces.observability, namespaces.logs],
    resources: resources("100m", "512Mi"),
    podSecurityContext: podSecurity,
    securityContext: containerSecurity,
    podDisruptionBudget: { enabled: settings.environment === "prod", minAvailable: 1 },
    // The chart takes no spread constraints.
    affinity: apart({ "app.kubernetes.io/name": "elastic-operator" }),
    telemetry: { disabled: true },
    config: { metrics: { port: "0" }, validateStorageClass: false },
    serviceMonitor: { enabled: false },
  };
}

/**
 * CPU and memory of pods, which the autoscaler reads. On a local cluster the kubelets' certificates
 * have no known authority.
 */
export function metricsServer(settings: ChartSettings): Values {
  return {
    replicas: replicas(settings),
    resources: resources("100m", "256Mi"),
    podSecurityContext: podSecurity,
    podDisruptionBudget: { enabled: settings.environment === "prod", minAvailable: 1 },
    topologySpreadConstraints: spread({ "app.kubernetes.io/name": "metrics-server" }),
    args: settings.target === "kubernetes" ? ["--kubelet-insecure-tls"] : [],
  };
}
