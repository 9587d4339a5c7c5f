import { retrainingQuery } from "../../../../infra/observability/all-regions";
import { gauge, type Scenario } from "./scenario";

/** An alert as the workspace holds it: with what the region's Prometheus adds. */
const fired = (alertname: string, region: string, more: string, state = "firing") =>
  `ALERTS{alertname="${alertname}",alertstate="${state}",model="scorer",severity="warning",team="credit",receiver="team",region="${region}",cluster="causeway-prod-${region}",environment="prod"${more}}`;
const candidate = (alertname: string, region: string, feature: string, state?: string) =>
  fired(alertname, region, `,retraining="candidate",version="1.0.0",feature="${feature}"`, state);
const found = (cause: string, feature: string) =>
  `{model="scorer",version="1.0.0",feature="${feature}",cause="${cause}"}`;
const due = (minute: number, samples: Readonly<Record<string, number>>) => ({
  minute,
  expr: retrainingQuery,
  samples,
});

/** What the alert that starts retrainings makes of the alerts of all regions. */
export const allRegionsScenarios: readonly Scenario[] = [
  {
    title:
      "all regions: what two regions find is one cause, from the first to the last that finds it",
    groups: [],
    inputs: {
      [candidate("CausewayFeatureDrift", "eu-west-1", "income")]: gauge([60, 1]),
      [candidate("CausewayFeatureDrift", "eu-central-1", "income")]: `_x30 ${gauge([70, 1])}`,
    },
    values: [
      due(10, { [found("CausewayFeatureDrift", "income")]: 1 }),
      due(45, { [found("CausewayFeatureDrift", "income")]: 2 }),
      due(90, { [found("CausewayFeatureDrift", "income")]: 1 }),
      due(120, {}),
    ],
  },
  {
    title:
      "all regions: another feature and another alert are causes of their own; what waits, and what training cannot cure, is none",
    groups: [],
    inputs: {
      [candidate("CausewayFeatureDrift", "eu-west-1", "income")]: gauge([60, 1]),
      [candidate("CausewayFeatureDrift", "eu-central-1", "debt")]: gauge([60, 1]),
      [candidate("CausewayScoreDrift", "eu-central-1", "score")]: gauge([60, 1]),
      [candidate("CausewayScoreDrift", "eu-west-1", "other", "pending")]: gauge([60, 1]),
      [fired("CausewaySaturated", "eu-west-1", "")]: gauge([60, 1]),
    },
    values: [
      due(10, {
        [found("CausewayFeatureDrift", "income")]: 1,
        [found("CausewayFeatureDrift", "debt")]: 1,
        [found("CausewayScoreDrift", "score")]: 1,
      }),
    ],
  },
];
