import { namespaces, elevationPrefix } from "../kubernetes/labels";
import { foreign } from "./foreign";
import { platformAlert } from "../gates/alerts";

/**
 * Pages as long as somebody is let in by hand: an elevation is a Job of its name, which its end
 * removes.
 */
export function breakGlassRules(runbookBase: string) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: {
      name: "emergency",
      namespace: namespaces.observability,
      labels: { "app.kubernetes.io/part-of": "causeway" },
    },
    spec: {
      groups: [
        {
          name: "emergency",
          rules: [
            platformAlert(
              "CausewayBreakGlass",
              `max by (namespace, job_name) (${foreign.cluster.job}{job_name=~"${elevationPrefix}.+"}) > 0`,
              "Somebody was let into {{ $labels.namespace }} for an emergency ({{ $labels.job_name }})",
              runbookBase,
            ),
          ],
        },
      ],
    },
  };
}
