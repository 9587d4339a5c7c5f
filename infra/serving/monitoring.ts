import type { Contract } from "../../services/contract/contract";
import { scrapeSeconds } from "../gates/pace";
import { servingNames } from "../../services/evidence/rollout";
import { metadata, podSelector, versionHashLabel } from "../kubernetes/model-objects";

/** Port on which the proxy beside a server shows its own metrics, past the mesh. */
export const proxyMetricsPort = 15_090;

/** Its name, which Prometheus puts on what it reads there as the label `endpoint`. */
export const proxyMetricsPortName = "http-envoy-prom";

/** Metric names that are kept of the proxy; it has thousands. */
const proxyMetrics = "istio_(requests_total|request_duration_milliseconds_.*)";

/**
 * What Prometheus reads from each pod: the server's counters and the proxy's, every ten seconds,
 * told apart by version.
 */
export function podMonitor(contract: Contract) {
  const { model } = servingNames(contract.name);
  const scrape = {
    scheme: "http",
    interval: `${scrapeSeconds}s`,
    scrapeTimeout: "5s",
    honorLabels: false,
  };
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: metadata(model, model),
    spec: {
      selector: { matchLabels: podSelector(model) },
      podTargetLabels: ["app.kubernetes.io/version", versionHashLabel],
      podMetricsEndpoints: [
        { port: "metrics", path: "/metrics", ...scrape },
        {
          port: proxyMetricsPortName,
          path: "/stats/prometheus",
          ...scrape,
          metricRelabelings: [{ action: "keep", sourceLabels: ["__name__"], regex: proxyMetrics }],
        },
      ],
    },
  };
}
