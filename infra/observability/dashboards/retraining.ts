import { namespaces } from "../../kubernetes/labels";
import { foreign } from "../foreign";
import { retrainingCandidate } from "../../gates/alerts";
import { datasources, series } from "../../gates/series";
import { alertMarks, releaseMarks } from "./annotations";
import { dashboardJson, type DashboardJson, type PanelContent, type Row } from "./grafana";

/**
 * From the alert that asks for it to the release that comes of it: why models are trained, how runs
 * end, what they change.
 */
export function retrainingDashboard(): DashboardJson {
  return dashboardJson({
    uid: "causeway-retraining",
    title: "Retraining",
    description: "Causes, runs and outcomes of training.",
    source: datasources.region,
    from: "now-7d",
    annotations: [releaseMarks(), alertMarks(`retraining="${retrainingCandidate}"`)],
    rows: [causes(), runs(), outcomes()],
  });
}

function causes(): Row {
  return { title: "Causes", panels: [...alertPanels(), ...startPanels()] };
}

/** Alerts that ask for a training, until they arrive. */
function alertPanels(): PanelContent[] {
  const { events, prometheus } = foreign;
  return [
    {
      title: "Alerts that ask for a training",
      unit: "none",
      queries: [
        {
          expr: `count by (model, alertname) (${prometheus.alerts}{alertstate="firing",retraining="${retrainingCandidate}"})`,
          legend: "{{model}} {{alertname}}",
        },
      ],
    },
    {
      title: "Messages of Alertmanager that arrived",
      unit: "none",
      queries: [
        {
          expr: `sum by (event_name) (increase(${events.sent}[1h]))`,
          legend: "{{event_name}} in 1 hour",
        },
      ],
    },
  ];
}

/** Runs by what started them. */
function startPanels(): PanelContent[] {
  const { events, workflows } = foreign;
  return [
    {
      title: "Runs that an alert started",
      unit: "none",
      queries: [
        {
          expr: `sum by (sensor_name) (increase(${events.triggered}[1d]))`,
          legend: "{{sensor_name}} in 1 day",
        },
        {
          expr: `sum by (sensor_name) (increase(${events.failed}[1d]))`,
          legend: "{{sensor_name}}, not started",
        },
      ],
    },
    {
      title: "Runs that the schedule started",
      unit: "none",
      queries: [
        {
          expr: `sum by (name) (increase(${workflows.scheduled}{namespace="${namespaces.training}"}[1d]))`,
          legend: "{{name}} in 1 day",
        },
      ],
    },
  ];
}

function runs(): Row {
  const { workflows } = foreign;
  return {
    title: "Runs",
    panels: [
      {
        title: "Runs now, by status",
        unit: "none",
        queries: [{ expr: `sum by (status) (${workflows.running})`, legend: "{{status}}" }],
        description: "One that is pending waits for an approval or for a node.",
      },
      {
        title: "Ends of runs",
        unit: "none",
        queries: [
          {
            expr: `sum by (phase) (increase(${workflows.entered}{phase=~"Succeeded|Failed|Error"}[1d]))`,
            legend: "{{phase}} in 1 day",
          },
        ],
      },
      {
        title: "Length of a run, 95%",
        unit: "s",
        queries: [
          {
            expr: `histogram_quantile(0.95, sum by (le, name) (rate(${workflows.runtime}[1d])))`,
            legend: "{{name}}",
          },
        ],
      },
    ],
  };
}

function outcomes(): Row {
  return {
    title: "What it changes",
    panels: [
      {
        title: "Drift: worst feature or score, against its threshold",
        unit: "none",
        queries: [
          { expr: `max by (model) (${series.psi} / ${series.psiThreshold})`, legend: "{{model}}" },
        ],
        limit: { value: 1, bad: "above" },
      },
      {
        title: "Accuracy, from true labels",
        unit: "percentunit",
        max: 1,
        queries: [{ expr: `${series.performance}{metric="accuracy"}`, legend: "{{model}}" }],
      },
      {
        title: "F1, from true labels",
        unit: "percentunit",
        max: 1,
        queries: [{ expr: `${series.performance}{metric="f1"}`, legend: "{{model}}" }],
      },
    ],
  };
}
