import { at, number } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

const pool = "spec.trafficPolicy.connectionPool";

export const rule = resourceRule({
  name: "reliability-destination-rule-connection-pool",
  area: "reliability",
  description:
    "Destination rules must bound connections and waiting requests, so that overload is refused at once.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: `Set ${pool}.tcp.maxConnections, .tcp.connectTimeout and .http.http1MaxPendingRequests.`,
  url: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["kubernetes:networking.istio.io/v1:DestinationRule"],
  check: (resource) => {
    const counts = [`${pool}.tcp.maxConnections`, `${pool}.http.http1MaxPendingRequests`].flatMap(
      (field) => {
        const count = number(resource.props, field);
        return count !== undefined && count > 0
          ? []
          : [`${subject(resource)} must set ${field} above 0, got ${shown(count)}`];
      },
    );
    return at(resource.props, `${pool}.tcp.connectTimeout`) === undefined
      ? [...counts, `${subject(resource)} must set ${pool}.tcp.connectTimeout, got nothing`]
      : counts;
  },
});
