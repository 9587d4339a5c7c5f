import { gatewayPorts, gatewayPodLabels } from "../../kubernetes/gateway";
import {
  containerSecurity,
  podSecurity,
  replicas,
  resources,
  spread,
  type ChartSettings,
  type Values,
} from "./chart";

/** Istio's cluster-wide definitions. */
export function istioBase(): Values {
  return { defaultRevision: "default" };
}

/**
 * Istio's control plane: proxies under the restricted standard, JSON access logs, and no identity
 * outside a known registry.
 */
export function istiod(settings: ChartSettings): Values {
  return {
    autoscaleEnabled: settings.environment === "prod",
    autoscaleMin: 2,
    autoscaleMax: 5,
    replicaCount: replicas(settings),
    resources: resources("200m", "1Gi", "2"),
    seccompProfile: podSecurity.seccompProfile,
    topologySpreadConstraints: spread({ app: "istiod" }),
    // Without this every pod would need an init container with NET_ADMIN, which the restricted
    // standard refuses.
    cni: { enabled: true },
    meshConfig: {
      accessLogEncoding: "JSON",
      accessLogFile: "",
      enablePrometheusMerge: false,
      // A host that nobody declared is not reached at all: data cannot leave by a name that no
      // review has seen.
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
      meshMTLS: { minProtocolVersion: "TLSV1_2" },
      defaultConfig: { holdApplicationUntilProxyStarts: true, terminationDrainDuration: "30s" },
    },
    global: {
      proxy: { resources: resources("50m", "128Mi"), seccompProfile: podSecurity.seccompProfile },
      defaultPodDisruptionBudget: { enabled: settings.environment === "prod" },
      logAsJson: true,
    },
  };
}

/**
 * Istio's node agent, which redirects traffic in place of a privileged init container in each pod.
 */
export function istioCni(): Values {
  return {
    resources: resources("50m", "128Mi"),
    repair: { enabled: true, repairPods: true },
    logging: { level: "info" },
  };
}

/**
 * The gateway's pods; the Gateway itself, its certificate and its policies are resources of ours.
 */
export function istioGateway(settings: ChartSettings): Values {
  const prod = settings.environment === "prod";
  return {
    securityContext: { ...podSecurity, runAsUser: 1337, runAsGroup: 1337, fsGroup: 1337 },
    containerSecurityContext: { ...containerSecurity, runAsUser: 1337, runAsGroup: 1337 },
    // The load balancer belongs to the program, not to this Service, so that teardown leaves none
    // behind.
    service: {
      type: "ClusterIP",
      ports: [
        {
          name: "status-port",
          port: gatewayPorts.status,
          protocol: "TCP",
          targetPort: gatewayPorts.status,
        },
        { name: "https", port: 443, protocol: "TCP", targetPort: gatewayPorts.tls },
      ],
    },
    resources: { requests: { cpu: "200m", memory: "256Mi" }, limits: { cpu: "2", memory: "1Gi" } },
    autoscaling: {
      enabled: prod,
      minReplicas: 3,
      maxReplicas: 12,
      targetCPUUtilizationPercentage: 60,
    },
    ...(prod ? { podDisruptionBudget: { maxUnavailable: 1 } } : { replicaCount: 1 }),
    topologySpreadConstraints: spread(gatewayPodLabels),
    // Long enough for the load balancer to stop sending before the last connection is closed.
    terminationGracePeriodSeconds: 60,
  };
}
