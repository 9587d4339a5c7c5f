import { metrics } from "../../../services/contract/metrics";
import { gatewayName, namespaces } from "../../kubernetes/labels";
import { foreign } from "../foreign";
import { datasources, series } from "../../gates/series";
import { saturated } from "../objectives";
import { alertMarks, releaseMarks } from "./annotations";
import { dashboardJson, type DashboardJson, type PanelContent, type Row } from "./grafana";

/**
 * All models of a region side by side, and what they run on. `gpu` says whether any of them asks
 * for a GPU.
 */
export function fleetDashboard({ gpu }: { readonly gpu: boolean }): DashboardJson {
  return dashboardJson({
    uid: "causeway-fleet",
    title: "Fleet",
    description: "All models of the region, the nodes and the mesh under them.",
    source: datasources.region,
    from: "now-6h",
    annotations: [releaseMarks(), alertMarks('severity="critical"')],
    rows: [models(), alerting(), nodes(gpu), mesh()],
  });
}

function models(): Row {
  const each = (
    title: string,
    unit: PanelContent["unit"],
    recorded: string,
    more: Partial<PanelContent> = {},
  ): PanelContent => ({ title, unit, queries: [{ expr: recorded, legend: "{{model}}" }], ...more });
  return {
    title: "Models",
    panels: [
      each("Requests", "reqps", series.requests),
      each("Share of server errors", "percentunit", series.errorRatio),
      each("Latency, 99%", "s", series.latency),
      each("Saturation", "percentunit", series.saturation, {
        limit: { value: saturated.inFlight, bad: "above" },
      }),
      each(
        "Features and scores that drift",
        "none",
        `count by (model) (${series.psi} > ${series.psiThreshold})`,
      ),
      each(
        "Accuracy, from true labels",
        "percentunit",
        `${series.performance}{metric="accuracy"}`,
        { max: 1 },
      ),
    ],
  };
}

function alerting(): Row {
  const firing = `${foreign.prometheus.alerts}{alertstate="firing"`;
  const { rollout } = foreign.rollouts;
  return {
    title: "Alerts and releases",
    panels: [
      {
        title: "Alerts that fire",
        unit: "none",
        form: "table",
        width: 12,
        queries: [
          { expr: `max by (model, alertname, severity, team) (${firing},model!=""})`, legend: "" },
        ],
      },
      {
        title: "Rollouts, by phase",
        unit: "none",
        width: 12,
        queries: [
          {
            expr: `count by (phase) (${rollout}{namespace="${namespaces.models}"})`,
            legend: "{{phase}}",
          },
        ],
      },
    ],
  };
}

function nodes(gpu: boolean): Row {
  return {
    title: "Nodes",
    panels: [
      ...usePanels(),
      ...capacityPanels(),
      ...autoscalerPanels(),
      ...(gpu ? gpuPanels() : []),
    ],
  };
}

/** What the pods use of the nodes. */
function usePanels(): PanelContent[] {
  const { kubelet, cluster } = foreign;
  const allocatable = (resource: string) => `sum(${cluster.allocatable}{resource="${resource}"})`;
  return [
    {
      title: "CPU of the nodes",
      unit: "percentunit",
      max: 1,
      queries: [
        {
          expr: `sum(rate(${kubelet.cpu}{id="/"}[5m])) / ${allocatable("cpu")}`,
          legend: "of what pods may use",
        },
      ],
    },
    {
      title: "Memory of the nodes",
      unit: "percentunit",
      max: 1,
      queries: [
        {
          expr: `sum(${kubelet.memory}{id="/"}) / ${allocatable("memory")}`,
          legend: "of what pods may use",
        },
      ],
    },
  ];
}

/** Room on the disks, and the nodes that there are. */
function capacityPanels(): PanelContent[] {
  const { kubelet, cluster } = foreign;
  return [
    {
      title: "Fullest disk of a node",
      unit: "percentunit",
      max: 1,
      queries: [
        {
          expr: `max(${kubelet.disk}{id="/"} / (${kubelet.diskSize}{id="/"} > 0))`,
          legend: "fullest",
        },
      ],
      limit: { value: 0.85, bad: "above" },
      description: "The kubelet evicts pods from 85%.",
    },
    {
      title: "Nodes",
      unit: "none",
      queries: [
        { expr: `sum(${cluster.nodeCondition}{condition="Ready",status="true"})`, legend: "ready" },
        {
          expr: `sum(${cluster.nodeCondition}{condition="Ready",status!="true"})`,
          legend: "not ready",
        },
      ],
    },
  ];
}

function autoscalerPanels(): PanelContent[] {
  const { cluster } = foreign;
  return [
    {
      title: "Replicas against the autoscaler's maximum",
      unit: "percentunit",
      max: 1,
      queries: [
        {
          expr: `${cluster.replicas}{namespace="${namespaces.models}"} / ${cluster.replicasMost}{namespace="${namespaces.models}"}`,
          legend: "{{horizontalpodautoscaler}}",
        },
      ],
    },
    {
      title: "Errors of the autoscaler",
      unit: "cps",
      queries: [
        {
          expr: `sum by (scaledObject) (rate(${foreign.autoscaler.errors}[5m]))`,
          legend: "{{scaledObject}}",
        },
      ],
    },
  ];
}

function gpuPanels(): PanelContent[] {
  return [
    {
      title: "GPU use, by model",
      unit: "percentunit",
      max: 1,
      queries: [{ expr: series.gpuUse, legend: "{{model}}" }],
    },
    {
      title: "GPU memory in use",
      unit: "percentunit",
      max: 1,
      queries: [
        {
          expr: `sum by (pod) (${foreign.gpu.memoryUsed}) / sum by (pod) (${foreign.gpu.memoryUsed} + ${foreign.gpu.memoryFree})`,
          legend: "{{pod}}",
        },
      ],
    },
  ];
}

function mesh(): Row {
  return { title: "Mesh", panels: [...gatewayPanels(), ...controlPlanePanels()] };
}

function gatewayPanels(): PanelContent[] {
  const { proxy } = foreign;
  const atGateway = `${proxy.requests}{reporter="source",source_workload="${gatewayName}"}`;
  return [
    {
      title: "Answers at the gateway, by status",
      unit: "reqps",
      queries: [
        { expr: `sum by (response_code) (rate(${atGateway}[5m]))`, legend: "{{response_code}}" },
      ],
    },
    {
      title: "Latency that callers see, 99%",
      unit: "s",
      queries: [
        {
          expr: `histogram_quantile(0.99, sum by (le, destination_canonical_service) (rate(${proxy.durations}{reporter="source",source_workload="${gatewayName}"}[5m]))) / 1000`,
          legend: "{{destination_canonical_service}}",
        },
      ],
      description: "Measured at the gateway, so with the way between the proxies.",
    },
    {
      title: "Connections refused before they became requests",
      unit: "cps",
      queries: [
        { expr: `sum by (model) (rate(${metrics.malformed.name}[5m]))`, legend: "{{model}}" },
      ],
    },
  ];
}

function controlPlanePanels(): PanelContent[] {
  const { istiod } = foreign;
  return [
    {
      title: "Time until a change reaches the proxies, 99%",
      unit: "s",
      queries: [
        {
          expr: `histogram_quantile(0.99, sum by (le) (rate(${istiod.convergence}[10m])))`,
          legend: "seconds",
        },
      ],
    },
    {
      title: "Proxies that follow the control plane",
      unit: "none",
      queries: [{ expr: `sum(${istiod.proxies})`, legend: "proxies" }],
    },
    {
      title: "Settings that proxies refused",
      unit: "none",
      queries: [{ expr: `sum(increase(${istiod.rejects}[15m]))`, legend: "in 15 minutes" }],
    },
  ];
}
