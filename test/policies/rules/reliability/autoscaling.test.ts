import { rule as fallback } from "../../../../policies/rules/reliability/scaled-object-fallback";
import { rule as nullValues } from "../../../../policies/rules/reliability/scaled-object-null-values";
import { rule as memory } from "../../../../policies/rules/reliability/rollout-memory-scaling";
import { rule as replicas } from "../../../../policies/rules/reliability/scaled-object-replicas";
import { rule as scaleUp } from "../../../../policies/rules/reliability/scaled-object-scale-up";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { goodScaledObject } from "./good";

const type = "kubernetes:keda.sh/v1alpha1:ScaledObject";
const good = goodScaledObject();
const up = "spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleUp";

ruleSuite(replicas, {
  type,
  good,
  deviations: {
    "two replicas": (g) => ({
      deviant: set(g, "spec.minReplicaCount", 2),
      message: /ScaledObject "scorer" must set spec.minReplicaCount to 3 or more, got 2/,
    }),
    "no minimum": (g) => ({ deviant: unset(g, "spec.minReplicaCount"), message: /got nothing/ }),
  },
  configured: [
    {
      title: "one replica in a small stack",
      parameters: { minimum: 1 },
      subject: (g) => set(g, "spec.minReplicaCount", 1),
      fires: false,
    },
    {
      title: "three replicas where more are asked for",
      parameters: { minimum: 6 },
      subject: (g) => g,
      fires: true,
    },
  ],
});

ruleSuite(fallback, {
  type,
  good,
  deviations: {
    "no fallback": (g) => ({
      deviant: unset(g, "spec.fallback"),
      message:
        /must set spec.fallback.(failureThreshold to 1 or more|replicas to spec.minReplicaCount \(3\) or more), got nothing/,
    }),
    "a fallback below the minimum": (g) => ({
      deviant: set(g, "spec.fallback.replicas", 1),
      message: /must set spec.fallback.replicas to spec.minReplicaCount \(3\) or more, got 1/,
    }),
  },
});

ruleSuite(nullValues, {
  type,
  good,
  deviations: {
    "the default of KEDA": (g) => ({
      deviant: unset(g, "spec.triggers.1.metadata.ignoreNullValues"),
      message: /must set spec.triggers\[1\].metadata.ignoreNullValues to "false", got nothing/,
    }),
    "a trigger that ignores": (g) => set(g, "spec.triggers.1.metadata.ignoreNullValues", "true"),
  },
});

const horizontal = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "scorer", namespace: "models" },
  spec: {
    scaleTargetRef: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "scorer" },
    maxReplicas: 30,
    metrics: [{ type: "Resource", resource: { name: "cpu" } }],
  },
};

ruleSuite(memory, {
  type,
  good,
  deviations: {
    "memory of a pod": (g) => ({
      deviant: set(g, "spec.triggers.0.type", "memory"),
      message: /ScaledObject "scorer" must not follow memory, got spec.triggers\[0\].type/,
    }),
  },
  configured: [
    {
      title: "memory of a Deployment, whose pods are all of one version",
      parameters: {},
      subject: (g) =>
        set(set(g, "spec.triggers.0.type", "memory"), "spec.scaleTargetRef.kind", "Deployment"),
      fires: false,
    },
  ],
});

ruleSuite(memory, {
  type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
  good: horizontal,
  deviations: {
    "memory of a pod": (g) => ({
      deviant: set(g, "spec.metrics.0.resource.name", "memory"),
      message: /got spec.metrics\[0\].resource.name/,
    }),
    "memory of a container": (g) => ({
      deviant: set(g, "spec.metrics", [
        { type: "ContainerResource", containerResource: { name: "memory", container: "server" } },
      ]),
      message: /got spec.metrics\[0\].containerResource.name/,
    }),
  },
});

ruleSuite(scaleUp, {
  type,
  good,
  deviations: {
    "slow polling": (g) => ({
      deviant: set(g, "spec.pollingInterval", 60),
      message: /must set spec.pollingInterval to 15 seconds or less, got 60/,
    }),
    "a long stabilization": (g) => ({
      deviant: set(g, `${up}.stabilizationWindowSeconds`, 300),
      message: /stabilizationWindowSeconds to 30 or less, got 300/,
    }),
    "a tenth at a time": (g) => ({
      deviant: set(g, `${up}.policies.1.value`, 10),
      message: /must let .*scaleUp add 100 Percent or more in 30 seconds, got \[/,
    }),
    "the slowest of the policies": (g) => set(g, `${up}.selectPolicy`, "Min"),
    "scaling that is switched off": (g) => set(g, `${up}.selectPolicy`, "Disabled"),
    "no policies": (g) => ({ deviant: unset(g, `${up}.policies`), message: /got no policies/ }),
  },
  configured: [
    {
      title: "slow polling where it is allowed",
      parameters: { pollingSeconds: 60 },
      subject: (g) => set(g, "spec.pollingInterval", 60),
      fires: false,
    },
  ],
});
