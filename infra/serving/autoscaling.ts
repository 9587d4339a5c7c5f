import { serverContainer, servingNames } from "../../services/evidence/rollout";
import { matchers } from "../gates/quoting";
import { requestsOf } from "../gates/requests";
import { namespaces } from "../kubernetes/labels";
import { metadata } from "../kubernetes/model-objects";
import { type ServingSettings } from "./definition";
import { proxyMetricsPortName } from "./monitoring";

/** Utilisation of the requested CPU, in percent, that the autoscaler aims at. */
const targetCpu = "60";

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
 * Requests a second of a model: 0 where its proxies are scraped and nobody has asked, and empty
 * only where nobody knows. A proxy's counter exists from the first request on, so a model that is
 * not asked would else pass for one whose metrics are lost.
 */
export function requestRateQuery(model: string): string {
  const proxies = matchers({
    job: `${namespaces.models}/${model}`,
    endpoint: proxyMetricsPortName,
  }).join(",");
  return `sum(rate(${requestsOf(model)}[${rateWindow}])) or 0 * max(up{${proxies}} == 1)`;
}

/**
 * The autoscaler of a model's Rollout; whichever of CPU and requests for each replica asks for most
 * wins. Both are shared among pods. Memory is not, and so no trigger: beside a canary the
 * autoscaler sees twice the pods at the same level each, asks for more, and never stops.
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
          metadata: { containerName: serverContainer, value: targetCpu },
        },
        {
          type: "prometheus",
          name: "requests",
          metricType: "AverageValue",
          metadata: {
            serverAddress: prometheusAddress,
            query: requestRateQuery(model),
            threshold: String(contract.serving.requestsPerReplica),
            // With the default a lost metric counts as no load and scales to the minimum.
            ignoreNullValues: "false",
          },
        },
      ],
    },
  };
}
