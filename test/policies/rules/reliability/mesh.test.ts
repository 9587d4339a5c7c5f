import { rule as pool } from "../../../../policies/rules/reliability/destination-rule-connection-pool";
import { rule as outliers } from "../../../../policies/rules/reliability/destination-rule-outlier-detection";
import { rule as timeout } from "../../../../policies/rules/reliability/virtual-service-timeout";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { goodDestinationRule, goodVirtualService } from "./good";

const policy = "spec.trafficPolicy";

ruleSuite(outliers, {
  type: "kubernetes:networking.istio.io/v1:DestinationRule",
  good: goodDestinationRule(),
  deviations: {
    "no detection": (g) => ({
      deviant: unset(g, `${policy}.outlierDetection`),
      message:
        /DestinationRule "scorer" must set spec.trafficPolicy.outlierDetection.consecutive5xxErrors or consecutiveGatewayErrors above 0, got nothing/,
    }),
    "a detection that is switched off": (g) =>
      set(g, `${policy}.outlierDetection`, { consecutive5xxErrors: 0 }),
  },
});

ruleSuite(pool, {
  type: "kubernetes:networking.istio.io/v1:DestinationRule",
  good: goodDestinationRule(),
  deviations: {
    "no bound on connections": (g) => ({
      deviant: unset(g, `${policy}.connectionPool.tcp.maxConnections`),
      message: /must set spec.trafficPolicy.connectionPool.tcp.maxConnections above 0, got nothing/,
    }),
    "no bound on waiting requests": (g) =>
      set(g, `${policy}.connectionPool.http.http1MaxPendingRequests`, 0),
    "no time limit to connect": (g) => ({
      deviant: unset(g, `${policy}.connectionPool.tcp.connectTimeout`),
      message: /connectTimeout, got nothing/,
    }),
  },
});

ruleSuite(timeout, {
  type: "kubernetes:networking.istio.io/v1:VirtualService",
  good: goodVirtualService(),
  deviations: {
    "no time limit": (g) => ({
      deviant: unset(g, "spec.http.0.timeout"),
      message:
        /VirtualService "scorer" must set spec.http\[0\].timeout to at most 60s and above 0s, got nothing/,
    }),
    "a limit that is none": (g) => set(g, "spec.http.0.timeout", "0s"),
    "a long limit": (g) => set(g, "spec.http.0.timeout", "1m0.5s"),
    text: (g) => set(g, "spec.http.0.timeout", "soon"),
  },
  configured: [
    {
      title: "a long limit where it is allowed",
      parameters: { maximumSeconds: 3600 },
      subject: (g) => set(g, "spec.http.0.timeout", "1h"),
      fires: false,
    },
  ],
});
