import { serverContainer, servingNames } from "../../services/evidence/rollout";
import { requestsOf } from "../gates/requests";
import { type ServingSettings } from "./definition";
import { metadata } from "../kubernetes/model-objects";

/** Utilisation of the requested CPU and memory, in percent, that the autoscaler aims at. */
const targets = { cpu: "60", memory: "80" } as const;

/** Window of the request rate: three scrapes, so that a spike shows within half a minute. */
const rateWindow = "30s";

/**
 * How replicas follow load: up tenfold within a quarter of a minute, down by a tenth a minute after
 * five quiet minutes.
 */
const behavior = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [
      { type: "Percent", value: 900, periodSeconds: 15 },
      { type: "Pods", value: 10, periodSeconds: 15 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    selectPolicy: "Max",
    policies: [{ type: "Percent", value: 10, periodSeconds: 60 }],
  },
};

/** Replicas while Prometheus is silent: half of the maximum, since nobody knows the load. */
export function fallbackReplicas({ min, max }: ServingSettings["replicas"]): number {
  return Math.max(min, Math.ceil(max / 2));
}

/**
 * The autoscaler of a model's Rollout; whichever of CPU, memory and requests for each replica asks
 * for most wins.
 */
export function scaledObject({
  contract,
  replicas,
  prometheusAddress,
}: Pick<ServingSettings, "contract" | "replicas" | "prometheusAddress">) {
  const { model } = servingNames(contract.name);
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: metadata(model, model),
    spec: {
      scaleTargetRef: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: model },
      minReplicaCount: replicas.min,
      maxReplicaCount: replicas.max,
      pollingInterval: 15,
      fallback: {
        failureThreshold: 3,
        replicas: fallbackReplicas(replicas),
        behavior: "currentReplicasIfHigher",
      },
      advanced: {
        restoreToOriginalReplicaCount: false,
        horizontalPodAutoscalerConfig: { name: model, behavior },
      },
      triggers: [
        {
          type: "cpu",
          metricType: "Utilization",
          metadata: { containerName: serverContainer, value: targets.cpu },
        },
        {
          type: "memory",
          metricType: "Utilization",
          metadata: { containerName: serverContainer, value: targets.memory },
        },
        {
          type: "prometheus",
          name: "requests",
          metricType: "AverageValue",
          metadata: {
            serverAddress: prometheusAddress,
            query: `sum(rate(${requestsOf(model)}[${rateWindow}]))`,
            threshold: String(contract.serving.requestsPerReplica),
            // With the default a lost metric counts as no load and scales to the minimum.
            ignoreNullValues: "false",
          },
        },
      ],
    },
  };
}
