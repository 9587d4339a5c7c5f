import { namespaces } from "./labels";

/** Name of the EventSource that hears the alerts of all models. */
export const eventSourceName = "retraining";

/** Port and path of its webhook. */
export const webhook = { port: 12_000, path: "/alerts" } as const;

/**
 * Address that Alertmanager posts retraining alerts to; Argo Events names the service after the
 * EventSource, in the namespace that it runs in.
 */
export const retrainingWebhook = `http://${eventSourceName}-eventsource-svc.${namespaces.training}.svc:${webhook.port}${webhook.path}`;

/** Labels that Argo Events puts on the pods of the EventSource; network policies select them. */
export const eventSourcePodLabels = { "eventsource-name": eventSourceName } as const;

/** Label that Argo Events puts on every pod of its own, and its values by what the pod is. */
export const eventPods = {
  label: "controller",
  bus: "eventbus-controller",
  source: "eventsource-controller",
  sensor: "sensor-controller",
} as const;
/** Ports of the bus for its clients and between its servers (NATS). */
export const busPorts = { clients: 4222, servers: 6222 } as const;
