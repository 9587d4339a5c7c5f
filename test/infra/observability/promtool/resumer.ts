import { resumerAlert } from "../../../../infra/observability/resumer";
import { gauge, type Scenario } from "./scenario";
import { runbookBase } from "../../../support/runbooks";

type Value = NonNullable<Scenario["values"]>[number];
const cron = (series: string, cronjob = "release-resumer") =>
  `${series}{namespace="causeway-training",cronjob="${cronjob}",region="eu-central-1"}`;
const firing = (minute: number, count: number): Value => ({
  minute,
  expr: 'count(ALERTS{alertname="CausewayResumerSilent",alertstate="firing"})',
  samples: count === 0 ? {} : { "{}": count },
});

/** What the alert makes of a resumer that stops to look, and of one that never did. */
export const resumerScenarios: readonly Scenario[] = [
  {
    title: "resumer: one that has not managed a look for 15 minutes is told, until it does",
    groups: [],
    more: [resumerAlert(runbookBase)],
    inputs: {
      [cron("kube_cronjob_created")]: gauge([200, 0]),
      [cron("kube_cronjob_status_last_successful_time")]: `_x5 ${gauge([55, 300], [140, 3_600])}`,
      [cron("kube_cronjob_status_last_successful_time", "causeway-erase")]: gauge([200, 0]),
    },
    values: [firing(19, 0), firing(27, 1), firing(59, 1), firing(62, 0)],
    told: [
      {
        minute: 27,
        alert: "CausewayResumerSilent",
        labels: {
          severity: "warning",
          team: "platform",
          receiver: "team",
          namespace: "causeway-training",
          cronjob: "release-resumer",
          region: "eu-central-1",
        },
        annotations: {
          summary: "An approved release would not pass its gate",
          description:
            "1320 seconds since its last look. Read the log of its last Job. Until it looks again no release passes its gate here; abort one that cannot wait.",
          runbook_url: `${runbookBase}resumer-silent.md`,
        },
      },
    ],
  },
  {
    title: "resumer: one that never managed a look is told as well",
    groups: [],
    more: [resumerAlert(runbookBase)],
    inputs: { [cron("kube_cronjob_created")]: gauge([60, 0]) },
    values: [firing(14, 0), firing(22, 1)],
  },
];
