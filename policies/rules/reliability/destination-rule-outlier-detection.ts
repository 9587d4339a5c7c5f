import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-destination-rule-outlier-detection",
  area: "reliability",
  description: "Destination rules must take a replica that keeps failing out of the pool.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set spec.trafficPolicy.outlierDetection.consecutive5xxErrors or consecutiveGatewayErrors; Istio has none by default.",
  url: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["kubernetes:networking.istio.io/v1:DestinationRule"],
  check: (resource) => {
    const errors = ["consecutive5xxErrors", "consecutiveGatewayErrors"].map((field) =>
      number(resource.props, `spec.trafficPolicy.outlierDetection.${field}`),
    );
    return errors.some((count) => count !== undefined && count > 0)
      ? []
      : [
          `${subject(resource)} must set spec.trafficPolicy.outlierDetection.consecutive5xxErrors or consecutiveGatewayErrors above 0, got ${shown(errors[0] ?? errors[1])}`,
        ];
  },
});
