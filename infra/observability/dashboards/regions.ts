import { metrics } from "../../../services/contract/metrics";
import { foreign } from "../foreign";
import { parityQuery } from "../parity";
import { datasources, series } from "../../gates/series";
import { alertMarks } from "./annotations";
import { dashboardJson, type DashboardJson, type PanelContent } from "./grafana";

/**
 * The regions side by side, out of the workspace that all of them write to: is one worse than the
 * others, does one run something else?
 */
export function regionsDashboard(): DashboardJson {
  return dashboardJson({
    uid: "causeway-regions",
    title: "Regions",
    description: "The same models in all regions.",
    source: datasources.all,
    from: "now-24h",
    annotations: [alertMarks('severity="critical"')],
    rows: [
      { title: "Traffic and objectives", panels: trafficPanels() },
      { title: "Releases and quality", panels: [...releasePanels(), ...qualityPanels()] },
    ],
  });
}

function trafficPanels(): PanelContent[] {
  const by = (expr: string) => `sum by (region, model) (${expr})`;
  return [
    each("Requests", "reqps", by(series.requests)),
    each(
      "Share of a region in the traffic of a model",
      "percentunit",
      `${by(series.requests)} / on (model) group_left () (sum by (model) (${series.requests}) > 0)`,
      { max: 1 },
    ),
    each(
      "Share of server errors",
      "percentunit",
      `${by(series.errors)} / (${by(series.requests)} > 0)`,
    ),
    each("Latency, 99%", "s", `max by (region, model) (${series.latency})`),
  ];
}

function releasePanels(): PanelContent[] {
  return [
    {
      title: "Versions that run",
      unit: "none",
      form: "table",
      width: 12,
      queries: [{ expr: `count by (region, model, version) (${metrics.build.name})`, legend: "" }],
      description:
        "A release goes to one region after the other; two versions for more than a day are a release that stopped.",
    },
    {
      title: "Regions that lack a version",
      unit: "none",
      form: "table",
      width: 12,
      queries: [{ expr: parityQuery, legend: "" }],
      description: "Would answer with another version if they had to take over.",
    },
    {
      title: "Alerts that fire",
      unit: "none",
      form: "table",
      width: 12,
      queries: [
        {
          expr: `max by (region, model, alertname, severity) (${foreign.prometheus.alerts}{alertstate="firing",model!=""})`,
          legend: "",
        },
      ],
    },
  ];
}

function qualityPanels(): PanelContent[] {
  return [
    each(
      "Features and scores that drift",
      "none",
      `count by (region, model) (${series.psi} > ${series.psiThreshold})`,
    ),
    each(
      "Accuracy, from true labels",
      "percentunit",
      `max by (region, model) (${series.performance}{metric="accuracy"})`,
      { max: 1 },
    ),
    each(
      "Selection rate ratio, lowest over the attributes",
      "percentunit",
      `min by (region, model) (${series.fairness}{metric="selection-rate-ratio",window="long"})`,
      { max: 1 },
    ),
    each("Business value", "none", `max by (region, model) (${series.value})`, {
      axis: "data",
    }),
  ];
}

/** A panel with a line for each model in each region. */
function each(
  title: string,
  unit: PanelContent["unit"],
  expr: string,
  more: Partial<PanelContent> = {},
): PanelContent {
  return {
    title,
    unit,
    queries: [{ expr, legend: "{{region}} {{model}}" }],
    width: 12,
    ...more,
  };
}
