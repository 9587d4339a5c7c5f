import { checkpointAlert } from "../../../../infra/observability/checkpoints";
import { runbookBase } from "../../../support/runbooks";
import { gauge, type Scenario } from "./scenario";

type Value = NonNullable<Scenario["values"]>[number];
const cron = (series: string, cronjob = "ledger-checkpoints") =>
  `${series}{namespace="causeway-training",cronjob="${cronjob}",region="eu-west-1"}`;
const firing = (minute: number, count: number): Value => ({
  minute,
  expr: 'count(ALERTS{alertname="CausewayLedgerCheckpoint",alertstate="firing"})',
  samples: count === 0 ? {} : { "{}": count },
});

/** What the alert on a ledger without checkpoint makes of the program's runs. */
export const checkpointScenarios: readonly Scenario[] = [
  {
    title: "checkpoints: an hour without a run that succeeded is told, until one does",
    groups: [],
    more: [checkpointAlert(runbookBase)],
    inputs: {
      [cron("kube_cronjob_created")]: gauge([400, 0]),
      [cron("kube_cronjob_status_last_successful_time")]:
        `_x10 ${gauge([190, 600], [200, 12_000])}`,
      [cron("kube_cronjob_status_last_successful_time", "causeway-erase")]: gauge([400, 0]),
    },
    values: [firing(60, 0), firing(80, 1), firing(195, 1), firing(210, 0)],
    told: [
      {
        minute: 80,
        alert: "CausewayLedgerCheckpoint",
        labels: {
          severity: "critical",
          team: "platform",
          receiver: "on-call",
          namespace: "causeway-training",
          cronjob: "ledger-checkpoints",
          region: "eu-west-1",
        },
        annotations: {
          summary:
            "The audit ledger gets no checkpoint: it was changed, or the program does not run",
          description:
            "The last checkpoint run that succeeded was 1h 10m 0s ago. Read the log of its last job. If the ledger was cut off or rewritten, stop releases and tell the auditors.",
          runbook_url: `${runbookBase}ledger-checkpoint.md`,
        },
      },
    ],
  },
  {
    title: "checkpoints: a program that never ran is told as well; without one nothing is",
    groups: [],
    more: [checkpointAlert(runbookBase)],
    inputs: { [cron("kube_cronjob_created")]: gauge([400, 0]) },
    values: [firing(55, 0), firing(70, 1)],
  },
];
