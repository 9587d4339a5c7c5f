import { none, resourceRule } from "../../rule";
import { at, list, text } from "../../resources";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "network-service-type",
  area: "network",
  description:
    "A Service must not open the cluster to the outside; callers come through the gateway.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Use type ClusterIP and route through the gateway; list a Service in the parameter exemptServices where it is the way in.",
  url: "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-12" },
    { framework: "cis-eks", clause: "5.4.5" },
  ],
  types: ["kubernetes:core/v1:Service"],
  parameters: { exemptServices: none },
  check: (service, { exemptServices }) => {
    if (exemptServices.includes(text(service.props, "metadata.name") ?? "")) return [];
    const type = at(service.props, "spec.type") ?? "ClusterIP";
    const inside = type === "ClusterIP" && list(service.props, "spec.externalIPs").length === 0;
    return inside
      ? []
      : [
          `${subject(service)} must be of type ClusterIP and without externalIPs, got ${type === "ClusterIP" ? "externalIPs" : shown(type)}`,
        ];
  },
});
