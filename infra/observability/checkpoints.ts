import { platformAlert } from "../gates/alerts";
import { checkpointAccount, checkpointLabels, namespaces } from "../kubernetes/labels";
import { foreign } from "./foreign";

/** A program that runs every five minutes and has not succeeded for so long makes no checkpoint. */
const silentSeconds = 3_600;
const runs = `{namespace="${namespaces.training}",cronjob="${checkpointAccount}"}`;

/**
 * Seconds since the ledger last had a checkpoint of every entry; where it never had, since its
 * schedule was made.
 */
export const checkpointMissing = `time() - (${foreign.cluster.cronJobSucceeded}${runs} or ${foreign.cluster.cronJobCreated}${runs}) > ${silentSeconds}`;

/** The alert on a ledger without checkpoint, as Prometheus writes it. */
export function checkpointAlert(runbookBase: string) {
  const summary =
    "The audit ledger gets no checkpoint: it was changed, or the program does not run";
  return {
    ...platformAlert("CausewayLedgerCheckpoint", checkpointMissing, summary, runbookBase),
    for: "5m",
  };
}

/** That alert as an object of the home region. */
export function checkpointRules(runbookBase: string) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: {
      name: checkpointAccount,
      namespace: namespaces.observability,
      labels: checkpointLabels,
    },
    spec: {
      groups: [{ name: checkpointAccount, interval: "1m", rules: [checkpointAlert(runbookBase)] }],
    },
  };
}
