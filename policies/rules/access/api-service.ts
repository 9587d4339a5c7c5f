import { shown, subject } from "../../kubernetes";
import { at, text } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "access-api-service",
  area: "access",
  description:
    "An APIService must answer for metrics alone, over TLS that is checked: it sees the requests, and the tokens, of whoever calls it.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Set caBundle in place of insecureSkipTLSVerify; add a further API group to the parameter groups.",
  url: "https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-09" }],
  types: ["kubernetes:apiregistration.k8s.io/v1:APIService"],
  parameters: {
    groups: ["metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"],
  },
  check: (service, { groups }) => {
    const group = text(service.props, "spec.group") ?? "";
    const unchecked = at(service.props, "spec.insecureSkipTLSVerify") === true;
    return [
      ...(groups.includes(group)
        ? []
        : [`${subject(service)} must answer for one of ${groups.join(", ")}, got ${shown(group)}`]),
      ...(unchecked ? [`${subject(service)} must not set insecureSkipTLSVerify`] : []),
    ];
  },
});
