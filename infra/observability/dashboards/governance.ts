import { metrics } from "../../../services/contract/metrics";
import { namespaces } from "../../kubernetes/labels";
import { foreign } from "../foreign";
import { datasources, series } from "../../gates/series";
import { alertMarks, releaseMarks } from "./annotations";
import { dashboardJson, type DashboardJson, type PanelContent, type Row } from "./grafana";

/**
 * What an auditor asks: which model with which data runs, is it fair, is it watched, can its
 * decisions be explained, who stopped a release?
 */
export function governanceDashboard(): DashboardJson {
  return dashboardJson({
    uid: "causeway-governance",
    title: "Governance",
    description:
      "Evidence of what runs, fairness, oversight and transparency (EU AI Act Art. 12 to 15, 26 and 72).",
    source: datasources.region,
    from: "now-30d",
    annotations: [releaseMarks(), alertMarks('alertname="CausewayFairnessLimit"')],
    rows: [evidence(), fairness(), oversight()],
  });
}

function evidence(): Row {
  return {
    title: "What runs",
    panels: [
      {
        title: "Models, versions and the digests of model and data",
        unit: "none",
        form: "table",
        width: 24,
        queries: [
          {
            expr: `count by (model, version, model_digest, data_digest, environment, region) (${metrics.build.name})`,
            legend: "",
          },
        ],
      },
      {
        title: "Predictions, by label",
        unit: "reqps",
        queries: [
          {
            expr: `sum by (model, label) (rate(${metrics.predictions.name}[5m]))`,
            legend: "{{model}} {{label}}",
          },
        ],
      },
      {
        title: "Explanations",
        unit: "reqps",
        queries: [
          {
            expr: `sum by (model) (rate(${metrics.requests.name}{operation="explain"}[5m]))`,
            legend: "{{model}}",
          },
        ],
      },
      {
        title: "Rows with a missing value",
        unit: "cps",
        queries: [
          {
            expr: `sum by (model, feature) (rate(${metrics.missing.name}[5m]))`,
            legend: "{{model}} {{feature}}",
          },
        ],
      },
    ],
  };
}

function fairness(): Row {
  const measure = (
    title: string,
    metric: string,
    more: Partial<PanelContent> = {},
  ): PanelContent => ({
    title,
    unit: "percentunit",
    queries: [
      {
        expr: `${series.fairness}{metric="${metric}",window="long"}`,
        legend: "{{model}}, {{attribute}}",
      },
    ],
    ...more,
  });
  return {
    title: "Fairness, from decisions and true labels whose group was reported",
    panels: [
      measure("Selection rate ratio", "selection-rate-ratio", {
        max: 1,
        limit: { value: 0.8, bad: "below" },
        description:
          "The four-fifths rule (29 CFR 1607.4(D)); the gate of a contract may ask for more, see the model's own dashboard.",
      }),
      measure("Demographic parity difference", "demographic-parity-difference"),
      measure("Equalized odds difference", "equalized-odds-difference"),
    ],
  };
}

function oversight(): Row {
  return { title: "Oversight", panels: [...releasePanels(), ...labelPanels(), firingAlerts()] };
}

/** Releases that a person or a gate held up. */
function releasePanels(): PanelContent[] {
  const { rollouts } = foreign;
  const inModels = `namespace="${namespaces.models}"`;
  return [
    {
      title: "Releases that wait for a person or were stopped",
      unit: "none",
      queries: [
        {
          expr: `count by (phase) (${rollouts.rollout}{${inModels},phase=~"Paused|Degraded"})`,
          legend: "{{phase}}",
        },
      ],
      description:
        "Paused: a high-risk release waits for its approval. Degraded: a release was rolled back.",
    },
    {
      title: "Analyses of releases, by verdict",
      unit: "none",
      queries: [
        { expr: `count by (phase) (${rollouts.analysis}{${inModels}})`, legend: "{{phase}}" },
      ],
    },
    {
      title: "Gates that failed",
      unit: "none",
      queries: [
        {
          expr: `count by (metric) (${rollouts.analysisMetric}{${inModels},phase="Failed"} > 0)`,
          legend: "{{metric}}",
        },
      ],
    },
  ];
}

/** How much of what the models said is checked against the truth. */
function labelPanels(): PanelContent[] {
  return [
    {
      title: "Share of predictions whose true label came",
      unit: "percentunit",
      queries: [
        {
          expr: `sum by (model) (increase(${metrics.outcomes.name}[1d])) / (sum by (model) (increase(${metrics.predictions.name}[1d])) > 0)`,
          legend: "{{model}}",
        },
      ],
      description: "What is not labelled is not watched for accuracy and fairness.",
    },
    {
      title: "Days since the newest true label",
      unit: "none",
      queries: [{ expr: `(time() - ${series.lastLabel}) / 86400`, legend: "{{model}}" }],
    },
  ];
}

function firingAlerts(): PanelContent {
  return {
    title: "Alerts that fire",
    unit: "none",
    queries: [
      {
        expr: `count by (model, severity) (${foreign.prometheus.alerts}{alertstate="firing",model!=""})`,
        legend: "{{model}} {{severity}}",
      },
    ],
  };
}
