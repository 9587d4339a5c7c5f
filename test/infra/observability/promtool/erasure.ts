import { erasureAlert, openAtHome, openInRegion } from "../../../../infra/observability/erasure";
import { gauge, type Scenario } from "./scenario";
import { runbookBase } from "../../../support/runbooks";

type Value = NonNullable<Scenario["values"]>[number];
const workflow = (phase: string) =>
  `argo_workflows_workflowtemplate_triggered_total{name="causeway-erase",phase="${phase}",region="eu-west-1"}`;
const other =
  'argo_workflows_workflowtemplate_triggered_total{name="loan-approval-retraining",phase="Failed",region="eu-west-1"}';
const cron = (series: string, cronjob = "causeway-erase") =>
  `${series}{namespace="causeway-training",cronjob="${cronjob}",region="eu-central-1"}`;
const firing = (minute: number, count: number): Value => ({
  minute,
  expr: 'count(ALERTS{alertname="CausewayErasureOpen",alertstate="firing"})',
  samples: count === 0 ? {} : { "{}": count },
});

/**
 * What the alert on an erasure that is not complete makes of workflows at home and of looks in
 * other regions.
 */
export const erasureScenarios: readonly Scenario[] = [
  {
    title:
      "erasure: the first workflow that fails is told, though its counter is born at one, and for a day",
    groups: [],
    more: [erasureAlert(openAtHome, runbookBase)],
    inputs: {
      [workflow("Failed")]: `_x60 ${gauge([3_000, 1])}`,
      [workflow("Succeeded")]: gauge([3_000, 5]),
    },
    values: [firing(59, 0), firing(70, 1), firing(1_400, 1), firing(1_520, 0)],
    told: [
      {
        minute: 70,
        alert: "CausewayErasureOpen",
        labels: { severity: "warning", team: "platform", receiver: "team" },
        annotations: {
          summary: "Something of a subject who is to be erased may be left",
          description:
            "Value 1: in the home region the erasures that did not end, in another the seconds since its last run that left no order open. Read the region's answer in the ledger, then repeat the erasure.",
          runbook_url: `${runbookBase}erasure-open.md`,
        },
      },
    ],
  },
  {
    title:
      "erasure: so is a later one that ends in an error; an erasure that succeeds and a retraining that fails are none",
    groups: [],
    more: [erasureAlert(openAtHome, runbookBase)],
    inputs: {
      [workflow("Error")]: `${gauge([2_000, 1], [1_000, 2])}`,
      [workflow("Succeeded")]: gauge([1_000, 1], [2_000, 4]),
      [other]: gauge([1_500, 1], [1_500, 2]),
    },
    values: [firing(1_990, 0), firing(2_020, 1), { minute: 1_990, expr: openAtHome, samples: {} }],
  },
  {
    title: "erasure: a region that has not managed a look for an hour is told, until it does",
    groups: [],
    more: [erasureAlert(openInRegion, runbookBase)],
    inputs: {
      [cron("kube_cronjob_created")]: gauge([400, 0]),
      [cron("kube_cronjob_status_last_successful_time")]:
        `_x10 ${gauge([190, 600], [200, 12_000])}`,
      [cron("kube_cronjob_status_last_successful_time", "loan-approval-promotion")]: gauge([
        400, 0,
      ]),
    },
    values: [firing(60, 0), firing(80, 1), firing(195, 1), firing(210, 0)],
  },
  {
    title: "erasure: a region whose eraser never ran is told as well",
    groups: [],
    more: [erasureAlert(openInRegion, runbookBase)],
    inputs: { [cron("kube_cronjob_created")]: gauge([400, 0]) },
    values: [firing(55, 0), firing(70, 1)],
  },
];
