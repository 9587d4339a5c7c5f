import { eventsRights, workflowRights } from "./argo-rights";
import {
  containerSecurity,
  podSecurity,
  replicas,
  resources,
  spread,
  type ChartSettings,
  type Values,
} from "./chart";
import { namespaces } from "../../kubernetes/labels";

/**
 * Progressive delivery. Its memory grows with finished analyses (argo-rollouts #4571): the limit
 * restarts it before the node suffers.
 */
export function argoRollouts(settings: ChartSettings): Values {
  return {
    installCRDs: true,
    keepCRDs: true,
    clusterInstall: true,
    createClusterAggregateRoles: false,
    dashboard: { enabled: false },
    podSecurityContext: podSecurity,
    containerSecurityContext: containerSecurity,
    controller: {
      replicas: replicas(settings),
      resources: resources("100m", "512Mi"),
      pdb: { enabled: settings.environment === "prod", minAvailable: 1 },
      topologySpreadConstraints: spread({ "app.kubernetes.io/name": "argo-rollouts" }),
      metrics: { enabled: true },
      logging: { level: "info", format: "json" },
    },
    // It shapes traffic with Istio alone; the rights for other meshes and load balancers stay out
    // of its role.
    providerRBAC: {
      enabled: true,
      providers: {
        istio: true,
        smi: false,
        ambassador: false,
        awsLoadBalancerController: false,
        awsAppMesh: false,
        traefik: false,
        apisix: false,
        contour: false,
        glooPlatform: false,
        gatewayAPI: false,
      },
    },
  };
}

/**
 * Training pipelines: the controller looks at the training namespace alone and has rights there
 * alone; each step runs under the restricted standard.
 */
export function argoWorkflows(settings: ChartSettings): Values {
  return {
    crds: { install: true, keep: true },
    createAggregateRoles: false,
    singleNamespace: true,
    extraObjects: workflowRights,
    workflow: { serviceAccount: { create: false }, rbac: { create: false } },
    server: { enabled: false },
    controller: {
      replicas: replicas(settings),
      resources: resources("100m", "512Mi"),
      pdb: { enabled: settings.environment === "prod", minAvailable: 1 },
      podSecurityContext: podSecurity,
      securityContext: containerSecurity,
      topologySpreadConstraints: spread({ "app.kubernetes.io/component": "workflow-controller" }),
      // The chart's own list of namespaces only makes accounts for steps there, which ours have
      // already.
      extraArgs: ["--managed-namespace", namespaces.training],
      clusterWorkflowTemplates: { enabled: false },
      // Admission takes no other workflow either; and what a run does stays as it was at its start.
      workflowRestrictions: { templateReferencing: "Secure" },
      metricsConfig: { enabled: true },
      logging: { level: "info", format: "json" },
      retentionPolicy: { completed: 50, failed: 50, errored: 50 },
      workflowDefaults: {
        spec: {
          securityContext: { ...podSecurity, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 },
          podGC: { strategy: "OnPodSuccess", deleteDelayDuration: "600s" },
          ttlStrategy: { secondsAfterCompletion: 2_592_000 },
          activeDeadlineSeconds: 21_600,
        },
      },
    },
    executor: { resources: resources("50m", "128Mi"), securityContext: containerSecurity },
    mainContainer: { securityContext: containerSecurity },
  };
}

/**
 * Triggers of retraining. Sensors and event sources run in the training namespace, and the
 * controller has rights there alone.
 */
export function argoEvents(settings: ChartSettings): Values {
  return {
    crds: { install: true, keep: true },
    extraObjects: eventsRights,
    global: { securityContext: { ...podSecurity, runAsUser: 9731, runAsGroup: 9731 } },
    controller: {
      replicas: replicas(settings),
      resources: resources("50m", "256Mi"),
      pdb: { enabled: settings.environment === "prod", minAvailable: 1 },
      containerSecurityContext: containerSecurity,
      topologySpreadConstraints: spread({ "app.kubernetes.io/component": "controller-manager" }),
      rbac: { namespaced: true, managedNamespace: namespaces.training },
      metrics: { enabled: true },
    },
    webhook: { enabled: false },
  };
}
