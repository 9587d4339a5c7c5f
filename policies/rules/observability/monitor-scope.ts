import { at, list, present } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** Fields of an endpoint that hold or name credentials. */
const credentials = [
  "basicAuth",
  "authorization",
  "bearerTokenSecret",
  "bearerTokenFile",
  "oauth2",
];

export const rule = resourceRule({
  name: "observability-monitor-scope",
  area: "observability",
  description:
    "Monitors must read the metrics of named namespaces, and send no credentials to what they read.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "List namespaceSelector.matchNames in place of any, and let network policies say who may read metrics, in place of a password that every scraped pod sees.",
  url: "https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.NamespaceSelector",
  frameworks: [
    { framework: "nist-ai-rmf", clause: "MEASURE 2.7" },
    { framework: "iso-42001", clause: "A.6.2.6" },
  ],
  types: [
    "kubernetes:monitoring.coreos.com/v1:PodMonitor",
    "kubernetes:monitoring.coreos.com/v1:ServiceMonitor",
  ],
  check: (resource) => {
    const endpoints = [
      ...list(resource.props, "spec.podMetricsEndpoints"),
      ...list(resource.props, "spec.endpoints"),
    ];
    const anywhere =
      at(resource.props, "spec.namespaceSelector.any") === true
        ? [`${subject(resource)} must list its namespaces, got namespaceSelector.any`]
        : [];
    const known = credentials.filter((field) =>
      endpoints.some((endpoint) => present(endpoint, field)),
    );
    return [
      ...anywhere,
      ...known.map(
        (field) =>
          `${subject(resource)} must send no credentials to the pods that it reads, got ${field}`,
      ),
    ];
  },
});
