import { occurrences, ofType, list, record, text } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";
import { rolloutType, subject } from "../../kubernetes";
import { servesModel } from "../../models";

const monitorTypes = [
  "kubernetes:monitoring.coreos.com/v1:PodMonitor",
  "kubernetes:monitoring.coreos.com/v1:ServiceMonitor",
];

export const rule = stackRule({
  name: "observability-rollout-metrics",
  area: "observability",
  description: "A model server must be watched: a PodMonitor must select its pods.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Add a PodMonitor to the namespace, with matchLabels that the pods of the Rollout carry.",
  url: "https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor",
  frameworks: [
    { framework: "ml-lens", clause: "MLOE-15" },
    { framework: "eu-ai-act", clause: "Art. 72" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.4" },
    { framework: "iso-42001", clause: "A.6.2.6" },
  ],
  check: (resources) => {
    const monitors = ofType(resources, ...monitorTypes);
    const rollouts = ofType(resources, rolloutType).filter(servesModel);
    const clusters = new Map<string, ResourceView[]>();
    for (const rollout of rollouts) {
      const key = `${text(rollout.props, "metadata.namespace") ?? ""}/${text(rollout.props, "metadata.name") ?? rollout.name}`;
      clusters.set(key, [...(clusters.get(key) ?? []), rollout]);
    }
    return [...clusters.values()].flatMap((same) => {
      const [rollout] = same;
      if (
        rollout === undefined ||
        occurrences(monitors.filter((monitor) => watches(monitor, rollout))) >= same.length
      )
        return [];
      return [
        {
          resource: rollout,
          message: `${subject(rollout)} must have a PodMonitor in its namespace that selects its pods, in each cluster`,
        },
      ];
    });
  },
});

function watches(monitor: ResourceView, rollout: ResourceView): boolean {
  if (text(monitor.props, "metadata.namespace") !== text(rollout.props, "metadata.namespace"))
    return false;
  const wanted = Object.entries(record(monitor.props, "spec.selector.matchLabels"));
  const labels = record(rollout.props, "spec.template.metadata.labels");
  const endpoints = [
    ...list(monitor.props, "spec.podMetricsEndpoints"),
    ...list(monitor.props, "spec.endpoints"),
  ];
  return (
    endpoints.length > 0 &&
    wanted.length > 0 &&
    wanted.every(([key, value]) => labels[key] === value)
  );
}
