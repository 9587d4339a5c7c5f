import { gatewayName } from "./labels";

/**
 * Ports of the gateway's pods: TLS for callers, and plain HTTP for the load balancer's question
 * whether the pod is ready.
 */
export const gatewayPorts = { tls: 8443, status: 15_021 } as const;

/** Labels by which Gateway, policies and services find the gateway's pods. */
export const gatewayPodLabels = { istio: gatewayName } as const;

/** Path that the gateway answers without a token: Route 53 asks it whether the region can serve. */
export const healthPath = "/healthz";
