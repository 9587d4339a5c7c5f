import type { Contract } from "../../../services/contract/contract";
import { metrics } from "../../../services/contract/metrics";
import { latencyText } from "../../../services/contract/units";
import { foreign } from "../foreign";
import { gpuLimit } from "../gpu";
import { series } from "../../gates/series";
import { burns, latencyBudget, saturated } from "../objectives";
import { serverPods } from "../pods";
import { ratioOver, type RecordedRate } from "../requests";
import { digits, select } from "../../gates/rule";
import type { PanelContent, Query, Row } from "./grafana";

/** Traffic, errors and latency against the objectives of the contract. */
export function serviceRow(contract: Contract): Row {
  return {
    title: "Service objectives",
    panels: [...trafficPanels(contract), ...burnPanels(contract), saturationPanel(contract)],
  };
}

/** The error budget of the availability objective. */
function errorBudget({ slos }: Contract): number {
  return Number((1 - slos.availability).toFixed(6));
}

function trafficPanels(contract: Contract): PanelContent[] {
  const { slos, serving } = contract;
  const of = (recorded: Parameters<typeof select>[1]) => select(contract, recorded);
  return [
    {
      title: "Throughput",
      unit: "reqps",
      queries: [{ expr: of(series.requests), legend: "requests" }],
      description: `One replica is scaled for ${serving.requestsPerReplica} requests a second.`,
    },
    {
      title: "Share of server errors",
      unit: "percentunit",
      queries: [
        { expr: of(series.errorRatio), legend: "5 minutes" },
        { expr: of(series.errorRatioHour), legend: "1 hour" },
      ],
      limit: { value: errorBudget(contract), bad: "above" },
      description: `Availability objective ${slos.availability}.`,
    },
    {
      title: "Latency",
      unit: "s",
      queries: [
        { expr: of(series.latencyMedian), legend: "median" },
        { expr: of(series.latency95), legend: "95%" },
        { expr: of(series.latency), legend: "99%" },
      ],
      limit: { value: slos.latencyP99 / 1_000, bad: "above" },
      description: `99% within ${latencyText(slos.latencyP99)}.`,
    },
  ];
}

/** How fast the budgets burn. */
function burnPanels(contract: Contract): PanelContent[] {
  const [fast] = burns;
  return [
    {
      title: "Burn of the error budget",
      unit: "none",
      queries: burnLines(contract, series.errors, series.requests, errorBudget(contract)),
      limit: { value: fast?.factor ?? 1, bad: "above" },
      description: "How many times faster than 30 days allow; the limit pages within minutes.",
    },
    {
      title: "Burn of the latency budget",
      unit: "none",
      queries: burnLines(contract, series.slowAnswers, series.answers, latencyBudget),
      limit: { value: fast?.factor ?? 1, bad: "above" },
      description: `Answers later than ${latencyText(contract.slos.latencyP99)}, of which 1% is allowed.`,
    },
  ];
}

function saturationPanel(contract: Contract): PanelContent {
  return {
    title: "Saturation",
    unit: "percentunit",
    queries: [
      { expr: select(contract, series.saturation), legend: "requests in flight, of the limit" },
      { expr: select(contract, series.shedRatio), legend: "refused" },
    ],
    limit: { value: saturated.inFlight, bad: "above" },
  };
}

function burnLines(
  contract: Contract,
  bad: RecordedRate,
  all: RecordedRate,
  budget: number,
): Query[] {
  return burns.map(({ long }) => ({
    expr: `${ratioOver(contract, bad, all, long)} / ${digits(budget)}`,
    legend: long,
  }));
}

/** Versions, replicas and what they use. */
export function resourceRow(contract: Contract): Row {
  const panels = [...versionPanels(contract), ...usePanels(contract)];
  const gpu = contract.serving.gpu > 0 ? [gpuPanel(contract)] : [];
  return { title: "Versions and resources", panels: [...panels, ...gpu] };
}

function versionPanels(contract: Contract): PanelContent[] {
  return [
    {
      title: "Replicas ready, by version",
      unit: "none",
      queries: [
        {
          expr: `sum by (version) (${select(contract, metrics.ready.name)})`,
          legend: "{{version}}",
        },
      ],
    },
    {
      title: "Late answers",
      unit: "percentunit",
      queries: [{ expr: select(contract, series.slowRatio), legend: "share" }],
      limit: { value: latencyBudget, bad: "above" },
      description: `Later than ${latencyText(contract.slos.latencyP99)}, as the servers measure them.`,
    },
  ];
}

/** What Kubernetes says of the replicas. */
function usePanels({ name }: Contract): PanelContent[] {
  const pods = serverPods(name);
  const use = (metric: string) => `sum(rate(${metric}{${pods}}[5m]))`;
  return [
    {
      title: "CPU of all replicas",
      unit: "none",
      queries: [{ expr: use(foreign.kubelet.cpu), legend: "cores" }],
    },
    {
      title: "CPU throttled",
      unit: "percentunit",
      queries: [
        {
          expr: `${use(foreign.kubelet.cpuThrottled)} / (${use(foreign.kubelet.cpuPeriods)} > 0)`,
          legend: "share of periods",
        },
      ],
    },
    {
      title: "Restarts",
      unit: "none",
      queries: [
        {
          expr: `sum(increase(${foreign.cluster.restarts}{${pods}}[15m]))`,
          legend: "in 15 minutes",
        },
      ],
    },
  ];
}

function gpuPanel(contract: Contract): PanelContent {
  return {
    title: "GPU use",
    unit: "percentunit",
    queries: [{ expr: select(contract, series.gpuUse), legend: "mean of the GPUs in use" }],
    max: 1,
    limit: { value: gpuLimit, bad: "above" },
  };
}
