import {
  annotationsOf,
  retrainingCandidate,
  retrainingDue,
  type Annotations,
} from "../gates/alerts";
import { datasources } from "../gates/series";
import { parityAlert } from "./parity";

/**
 * What only one region has of an alert, or what is for the people whom that region has told
 * already.
 */
const regional = [
  "alertname",
  "alertstate",
  "region",
  "cluster",
  "environment",
  "severity",
  "receiver",
  "team",
  "retraining",
];

/**
 * Everything that training may cure and that fires in any region, once for all regions where it
 * fires: the alert's name becomes the label `cause`. It fires as long as any region's does, so what
 * several regions find is one cause of one run.
 */
export const retrainingQuery = `count without (${regional.join(", ")}) (label_join(ALERTS{alertstate="firing",retraining="${retrainingCandidate}"}, "cause", "", "alertname"))`;

/**
 * The alert that starts a retraining where there are several regions. Nobody is told: people were,
 * by the region that found it.
 */
export function retrainingAlert(runbookBase: string) {
  return {
    alert: retrainingDue.name,
    expr: retrainingQuery,
    // The regions' alerts have waited already.
    for: "0s",
    labels: { retraining: retrainingCandidate, severity: "none" },
    annotations: annotationsOf(
      "A region has found what a new training may cure",
      retrainingDue,
      runbookBase,
    ),
  };
}

interface SharedAlert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Annotations;
}

/** How Grafana names a rule, and what it does while the workspace does not answer. */
interface Provision {
  readonly uid: string;
  readonly execErrState: "Alerting" | "KeepLast";
}

const contactPoint = "alertmanager";

/** Each number of the query is an alert of its own, never 0, so the query is the condition. */
function grafanaRule(
  { alert, expr, for: wait, labels, annotations }: SharedAlert,
  { uid, execErrState }: Provision,
) {
  const refId = "found";
  return {
    uid,
    title: alert,
    condition: refId,
    data: [
      {
        refId,
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: datasources.all,
        model: { refId, expr, instant: true, range: false },
      },
    ],
    noDataState: "OK",
    execErrState,
    for: wait,
    labels: { ...labels },
    annotations: { ...annotations },
  };
}

/**
 * The alerts over all regions as Grafana's provisioning reads them. No Prometheus holds the series
 * of all regions; Grafana asks the shared workspace, and hands what it finds to the region's own
 * Alertmanager, which knows whom to tell. A workspace that does not answer is told to people, and
 * neither ends a cause of retraining nor makes one.
 */
export function allRegionsProvisioning({
  retrains,
  runbookBase,
}: {
  readonly retrains: boolean;
  readonly runbookBase: string;
}): Record<string, unknown> {
  const rules = [
    grafanaRule(parityAlert(runbookBase), {
      uid: "causeway-standby-stale",
      execErrState: "Alerting",
    }),
    ...(retrains
      ? [
          grafanaRule(retrainingAlert(runbookBase), {
            uid: "causeway-retraining-due",
            execErrState: "KeepLast",
          }),
        ]
      : []),
  ];
  return {
    apiVersion: 1,
    groups: [{ orgId: 1, name: "regions", folder: "Causeway", interval: "1m", rules }],
    contactPoints: [
      {
        orgId: 1,
        name: contactPoint,
        receivers: [
          {
            uid: contactPoint,
            type: "prometheus-alertmanager",
            settings: { url: "http://prometheus-alertmanager:9093" },
          },
        ],
      },
    ],
    // Alertmanager takes an alert for over that nobody repeats for four minutes; it decides itself
    // how often to tell.
    policies: [
      {
        orgId: 1,
        receiver: contactPoint,
        group_by: ["model", "region"],
        group_wait: "10s",
        group_interval: "1m",
        repeat_interval: "1m",
      },
    ],
  };
}
