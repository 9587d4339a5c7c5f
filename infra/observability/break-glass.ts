import { namespaces, elevationPrefix } from "../kubernetes/labels";
import { foreign } from "./foreign";
import { platformAlerts, receivers } from "../gates/names";

/**
 * Pages as long as somebody is let in by hand: an elevation is a Job of its name, which its end
 * removes.
 */
export function breakGlassRules() {
  const { severity, runbook } = platformAlerts.CausewayBreakGlass;
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
            {
              alert: "CausewayBreakGlass",
              expr: `max by (namespace, job_name) (${foreign.cluster.job}{job_name=~"${elevationPrefix}.+"}) > 0`,
              labels: { severity, team: "platform", receiver: receivers[severity] },
              annotations: {
                summary:
                  "Somebody was let into {{ $labels.namespace }} for an emergency ({{ $labels.job_name }})",
                runbook_url: runbook,
              },
            },
          ],
        },
      ],
    },
  };
}
