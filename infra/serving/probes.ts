const live = { path: "/v2/health/live", port: "http" } as const;
const ready = { path: "/v2/health/ready", port: "http" } as const;

/**
 * Readiness follows the model, liveness follows the process.
 * The start probe gives a model two minutes to load, in which liveness does not count.
 */
export const probes = {
  startupProbe: { httpGet: ready, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 },
  readinessProbe: {
    httpGet: ready,
    periodSeconds: 5,
    timeoutSeconds: 2,
    failureThreshold: 2,
    successThreshold: 1,
  },
  livenessProbe: { httpGet: live, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 },
} as const;

/**
 * Seconds between the order to stop and the stop of listening, in which load balancers forget the
 * pod.
 */
const forgetSeconds = 10;
/** Seconds that requests in flight get to finish. */
export const drainSeconds = 30;

/**
 * How a pod goes: it keeps serving until nobody sends to it, then drains, and is killed only after
 * a margin.
 */
export const shutdown = {
  preStop: { sleep: { seconds: forgetSeconds } },
  terminationGracePeriodSeconds: forgetSeconds + drainSeconds + 20,
} as const;
