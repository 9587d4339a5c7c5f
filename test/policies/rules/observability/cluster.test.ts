import { rule as alerts } from "../../../../policies/rules/observability/alert-annotations";
import { rule as telemetry } from "../../../../policies/rules/observability/mesh-telemetry";
import { rule as scope } from "../../../../policies/rules/observability/monitor-scope";
import { rule as metrics } from "../../../../policies/rules/observability/rollout-metrics";
import * as good from "../../../support/baselines/platform";
import { changed, resource, without } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { goodBudget, goodMonitor, goodRollout, goodScaledObject } from "../reliability/good";

const modelStack = [
  resource("kubernetes:argoproj.io/v1alpha1:Rollout", "rollout", goodRollout()),
  resource("kubernetes:monitoring.coreos.com/v1:PodMonitor", "monitor", goodMonitor()),
  resource("kubernetes:policy/v1:PodDisruptionBudget", "budget", goodBudget()),
  resource("kubernetes:keda.sh/v1alpha1:ScaledObject", "scaler", goodScaledObject()),
];

ruleSuite(metrics, {
  good: modelStack,
  deviations: {
    "a model that nobody watches": (stack) => ({
      deviant: without(stack, "monitor"),
      message:
        /^Rollout "scorer" must have a PodMonitor in its namespace that selects its pods, in each cluster$/,
    }),
    "a monitor of other pods": (stack) =>
      changed(stack, "monitor", (props) =>
        set(props, "spec.selector.matchLabels", { app: "other" }),
      ),
    "a monitor of another namespace": (stack) =>
      changed(stack, "monitor", (props) => set(props, "metadata.namespace", "default")),
    "a monitor without an endpoint": (stack) =>
      changed(stack, "monitor", (props) => set(props, "spec.podMetricsEndpoints", [])),
  },
});

ruleSuite(telemetry, {
  good: good.meshStack,
  deviations: {
    "a mesh that logs nothing": (stack) => ({
      deviant: without(stack, "telemetry"),
      message: /^each of 1 meshes must have a Telemetry with accessLogging in istio-system, got 0$/,
    }),
    "a log that is off": (stack) =>
      changed(stack, "telemetry", (props) =>
        set(props, "spec.accessLogging", [{ disabled: true }]),
      ),
  },
  configured: [
    {
      title: "a mesh whose root namespace has another name",
      parameters: { rootNamespace: "mesh" },
      subject: (stack) =>
        changed(stack, "telemetry", (props) => set(props, "metadata.namespace", "mesh")),
      fires: false,
    },
  ],
});

ruleSuite(alerts, {
  type: "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
  good: good.prometheusRule,
  deviations: {
    "an alert of unknown severity": (props) => ({
      deviant: unset(props, "spec.groups.0.rules.1.labels"),
      message: /^alert "ModelSlow" of PrometheusRule "loan-approval" must have the label severity$/,
    }),
    "an alert without a runbook": (props) => ({
      deviant: unset(props, "spec.groups.0.rules.1.annotations.runbook_url"),
      message: /must have the annotation runbook_url$/,
    }),
    "an alert that does not say what to do": (props) => ({
      deviant: unset(props, "spec.groups.0.rules.1.annotations.description"),
      message: /must have the annotation description$/,
    }),
    "a runbook that no pager can open": (props) => ({
      deviant: set(
        props,
        "spec.groups.0.rules.1.annotations.runbook_url",
        "docs/runbooks/model-slow.md",
      ),
      message: /must have an https address as runbook_url, got "docs\/runbooks\/model-slow\.md"$/,
    }),
  },
  configured: [
    {
      title: "an alert without an annotation that the configuration adds",
      parameters: { annotations: ["dashboard_url"] },
      subject: (props) => props,
      fires: true,
    },
  ],
});

ruleSuite(scope, {
  type: "kubernetes:monitoring.coreos.com/v1:PodMonitor",
  good: { ...goodMonitor(), metadata: { name: "scorer", namespace: "causeway-models" } },
  deviations: {
    "a monitor of all namespaces": (props) => ({
      deviant: set(props, "spec.namespaceSelector", { any: true }),
      message: /^PodMonitor "scorer" must list its namespaces, got namespaceSelector.any$/,
    }),
    "a password for whatever is read": (props) => ({
      deviant: set(props, "spec.podMetricsEndpoints.0.basicAuth", {
        username: { name: "secret", key: "user" },
      }),
      message: /must send no credentials to the pods that it reads, got basicAuth$/,
    }),
  },
});
