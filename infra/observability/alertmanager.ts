import {
  alerts,
  receivers,
  retrainingCandidate,
  retrainingDue,
  type AlertName,
} from "../gates/alerts";

/** Name of the receiver that starts a retraining. */
export const retrainingReceiver = "retraining";

/**
 * What starts a retraining by way of a region's Alertmanager: where there is one region, its own
 * alerts; where there are several, in the home region the one alert over all of them, so that what
 * several regions find starts one run; in every other region nothing.
 */
export const retrainingRoutes = {
  own: [`retraining = "${retrainingCandidate}"`],
  all: [`retraining = "${retrainingCandidate}"`, `alertname = "${retrainingDue.name}"`],
  none: undefined,
} as const satisfies Record<string, readonly string[] | undefined>;
export type RetrainingRoute = keyof typeof retrainingRoutes;

/** Where alerts go. */
export interface AlertAddresses {
  /**
   * Folder with a file for each receiver of people, of its name, that holds the URL to post to.
   * @default nowhere: alerts show in Grafana alone
   */
  readonly peopleFolder: string | undefined;
  readonly retrainingRoute: RetrainingRoute;
  /** URL of the webhook that starts a retraining. */
  readonly retrainingUrl: string;
}

/**
 * What one message is about: everything that happens to a model in a region at the same time is one
 * matter.
 */
const grouping = ["model", "region"] as const;

/**
 * How long more alerts of a matter are waited for, how often a matter that grows and one that stays
 * are told again.
 */
const timing = {
  "on-call": { group_wait: "30s", group_interval: "5m", repeat_interval: "4h" },
  team: { group_wait: "5m", group_interval: "30m", repeat_interval: "1d" },
  // The sensor keeps cool-down and budget of each model; this only keeps it from being asked
  // without end.
  retraining: { group_wait: "1m", group_interval: "5m", repeat_interval: "6h" },
} as const;

/**
 * Alerts that say no more than another one, which says it more urgently: they are silent while the
 * other fires for the same model and region.
 */
const saidBy = {
  CausewayErrorBudgetSlowBurn: "CausewayErrorBudgetBurn",
  CausewayLatencyBudgetSlowBurn: "CausewayLatencyBudgetBurn",
  CausewayLatencyObjectiveMissed: "CausewayLatencyBudgetBurn",
  CausewayTrafficAbsent: "CausewayModelAbsent",
} as const satisfies Partial<Record<AlertName, AlertName>>;

/**
 * Configuration of Alertmanager: what may be cured by training goes to the retraining too, critical
 * alerts to whoever is on call, warnings to the owning team. The receiver follows from the
 * severity, as the alert's label `receiver` does; so alerts that come with the controllers find it
 * too.
 */
export function alertmanagerConfig({
  peopleFolder,
  retrainingRoute,
  retrainingUrl,
}: AlertAddresses) {
  const people = Object.entries(receivers).map(([severity, receiver]) => ({ severity, receiver }));
  const matchers = retrainingRoutes[retrainingRoute];
  return {
    route: {
      receiver: "none",
      group_by: [...grouping],
      ...timing.team,
      routes: [
        // The resolved alert would start nothing, and the alert still goes to people.
        ...(matchers
          ? [
              {
                receiver: retrainingReceiver,
                matchers: [...matchers],
                ...timing.retraining,
                continue: true,
              },
            ]
          : []),
        ...people.map(({ severity, receiver }) => ({
          receiver,
          matchers: [`severity = "${severity}"`],
          ...timing[receiver],
        })),
      ],
    },
    inhibit_rules: Object.entries(saidBy).map(([silent, loud]) => ({
      source_matchers: [`alertname = "${loud}"`],
      target_matchers: [`alertname = "${silent}"`],
      equal: [...grouping],
    })),
    receivers: [
      { name: "none" },
      ...(matchers
        ? [
            {
              name: retrainingReceiver,
              webhook_configs: [{ url: retrainingUrl, send_resolved: false }],
            },
          ]
        : []),
      ...people.map(({ receiver }) => ({ name: receiver, ...addressOf(receiver, peopleFolder) })),
    ],
  };
}

/** Where people of a receiver are told; nowhere without a folder of addresses. */
function addressOf(receiver: string, peopleFolder: string | undefined) {
  return peopleFolder === undefined
    ? {}
    : { webhook_configs: [{ url_file: `${peopleFolder}/${receiver}`, send_resolved: true }] };
}

/** Names of the alerts that start a retraining. */
export function retrainingAlerts(): string[] {
  return Object.entries(alerts).flatMap(([name, entry]) => ("retraining" in entry ? [name] : []));
}
