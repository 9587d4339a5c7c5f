import { platformAlert } from "../gates/alerts";
import { namespaces, resumerAccount, resumerLabels } from "../kubernetes/labels";
import { foreign } from "./foreign";

/** A resumer that looks every minute and has not managed one look for so long resumes nothing. */
const silentSeconds = 900;

const looks = `{namespace="${namespaces.training}",cronjob="${resumerAccount}"}`;

/**
 * Seconds since the region's resumer last managed a look; one that never did counts from when its
 * schedule was made.
 */
export const silentResumer = `time() - (${foreign.cluster.cronJobSucceeded}${looks} or ${foreign.cluster.cronJobCreated}${looks}) > ${silentSeconds}`;

/** The alert on a resumer that does not look, as Prometheus writes it. */
export function resumerAlert(runbookBase: string) {
  const summary = "An approved release would not pass its gate";
  return {
    ...platformAlert("CausewayResumerSilent", silentResumer, summary, runbookBase),
    for: "5m",
  };
}

/** That alert as an object of the region. */
export function resumerRules(runbookBase: string) {
  const rules = [resumerAlert(runbookBase)];
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "resumer", namespace: namespaces.observability, labels: resumerLabels },
    spec: { groups: [{ name: "resumer", interval: "1m", rules }] },
  };
}
