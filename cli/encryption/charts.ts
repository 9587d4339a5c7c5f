/**
 * A listener of a pinned chart, by what its own documentation says of the version in the catalogue.
 */
export interface ChartListener {
  readonly what: string;
  readonly protocol: string;
  /**
   * Why it has no TLS of its own; such a listener shows numbers or names and never a row of a
   * person, and the nodes encrypt what it sends.
   */
  readonly plain?: string;
}

/** Why counters have no TLS of their own: Prometheus is outside the mesh. */
export const scraped = "counts, no personal data; network policies allow Prometheus only";
const webhook: ChartListener = { what: "admission webhook", protocol: "HTTPS, TLS 1.2 or newer" };
const metrics: ChartListener = {
  what: "metrics",
  protocol: "HTTP inside the cluster",
  plain: scraped,
};
const console = (what: string): ChartListener => ({
  what,
  protocol: "HTTP inside the cluster",
  plain: "metrics, alerts and dashboards; reached by port forward (TLS) or from allowed peers",
});

/** What every chart of the catalogue listens to. A chart that is not here fails the walk. */
export const chartListeners: Readonly<Record<string, readonly ChartListener[]>> = {
  "cert-manager": [webhook, metrics],
  "metrics-server": [{ what: "aggregated API", protocol: "HTTPS, TLS 1.2 or newer" }],
  base: [],
  istiod: [
    { what: "configuration of the proxies (15012)", protocol: "mutual TLS 1.2 or newer" },
    webhook,
    metrics,
  ],
  cni: [],
  gateway: [metrics],
  "kube-prometheus-stack": [
    webhook,
    console("Prometheus"),
    console("Alertmanager"),
    console("Grafana"),
    metrics,
  ],
  "argo-rollouts": [metrics],
  "argo-workflows": [metrics],
  "argo-events": [metrics],
  keda: [webhook, { what: "external metrics API", protocol: "HTTPS, TLS 1.2 or newer" }, metrics],
  "eck-operator": [webhook],
  "dcgm-exporter": [metrics],
};
