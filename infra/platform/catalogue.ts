import { gatewayName, namespaces } from "../kubernetes/labels";
import { dcgmExporter } from "./values/accelerators";
import { argoEvents, argoRollouts, argoWorkflows } from "./values/argo";
import { istioBase, istioCni, istiod, istioGateway } from "./values/mesh";
import { kubePrometheusStack } from "./values/observability";
import { certManager, eckOperator, keda, metricsServer } from "./values/platform";
import type { ChartSettings, Values } from "./values/chart";

/** A third-party chart, pinned. */
export interface CatalogueEntry {
  /** Name of the release. */
  readonly name: string;
  readonly chart: string;
  /** Repository of the chart, https. */
  readonly repository: string;
  /** Exact version of the chart. */
  readonly version: string;
  readonly namespace: string;
  /** Whether a region needs it. @default always */
  readonly needed?: (settings: ChartSettings) => boolean;
  /** Releases that must be ready first. */
  readonly after: readonly string[];
  values(settings: ChartSettings): Values;
}

const istio = {
  repository: "https://istio-release.storage.googleapis.com/charts",
  version: "1.31.4",
} as const;
const argo = { repository: "https://argoproj.github.io/argo-helm" } as const;

/**
 * Every controller that others keep, at one version. A change of a version here is a change of
 * `policies/rules/workloads/release-catalogue.ts` too, and of the definitions that the tests install.
 * Application versions: Argo Rollouts 1.8.3, Workflows 3.7.2, Events 1.9.6, KEDA 2.18.0,
 * cert-manager 1.19.0, Prometheus operator 0.87.1, ECK 3.2.0, Istio 1.31.4, metrics-server 0.8.1,
 * DCGM exporter 4.5.2.
 *
 * Charts keep their definitions when a release goes: a release that must be replaced would
 * otherwise delete every model with it.
 */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: "cert-manager",
    chart: "cert-manager",
    repository: "https://charts.jetstack.io",
    version: "v1.19.0",
    namespace: namespaces.certificates,
    after: [],
    values: certManager,
  },
  {
    name: "metrics-server",
    chart: "metrics-server",
    repository: "https://kubernetes-sigs.github.io/metrics-server",
    version: "3.13.1",
    namespace: "kube-system",
    after: [],
    values: metricsServer,
  },
  {
    name: "istio-base",
    chart: "base",
    ...istio,
    namespace: namespaces.mesh,
    after: [],
    values: istioBase,
  },
  {
    name: "istiod",
    chart: "istiod",
    ...istio,
    namespace: namespaces.mesh,
    after: ["istio-base"],
    values: istiod,
  },
  {
    name: "istio-cni",
    chart: "cni",
    ...istio,
    namespace: namespaces.mesh,
    after: ["istiod"],
    values: istioCni,
  },
  {
    name: gatewayName,
    chart: "gateway",
    ...istio,
    namespace: namespaces.gateway,
    after: ["istiod", "istio-cni"],
    values: istioGateway,
  },
  {
    name: "prometheus",
    chart: "kube-prometheus-stack",
    repository: "https://prometheus-community.github.io/helm-charts",
    version: "80.14.4",
    namespace: namespaces.observability,
    after: [],
    values: kubePrometheusStack,
  },
  {
    name: "argo-rollouts",
    chart: "argo-rollouts",
    ...argo,
    version: "2.40.5",
    namespace: namespaces.rollouts,
    after: [],
    values: argoRollouts,
  },
  {
    name: "argo-workflows",
    chart: "argo-workflows",
    ...argo,
    version: "0.45.26",
    namespace: namespaces.workflows,
    after: [],
    values: argoWorkflows,
  },
  {
    name: "argo-events",
    chart: "argo-events",
    ...argo,
    version: "2.4.15",
    namespace: namespaces.events,
    after: [],
    values: argoEvents,
  },
  // It answers for external metrics from its first second, so the resource metrics come before it.
  {
    name: "keda",
    chart: "keda",
    repository: "https://kedacore.github.io/charts",
    version: "2.18.0",
    namespace: namespaces.autoscaling,
    after: ["metrics-server"],
    values: keda,
  },
  {
    name: "elastic-operator",
    chart: "eck-operator",
    repository: "https://helm.elastic.co",
    version: "3.2.0",
    namespace: namespaces.elastic,
    after: [],
    values: eckOperator,
  },
  {
    name: "dcgm-exporter",
    chart: "dcgm-exporter",
    repository: "https://nvidia.github.io/dcgm-exporter/helm-charts",
    version: "4.8.1",
    namespace: "kube-system",
    needed: ({ gpu }) => gpu,
    after: [],
    values: dcgmExporter,
  },
];

/** The entry in the form that the policy on releases lists: `repository#chart@version`. */
export function catalogueReference({ repository, chart, version }: CatalogueEntry): string {
  return `${repository}#${chart}@${version}`;
}
