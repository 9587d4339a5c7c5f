import { foreign } from "./foreign";
import { platformAlert } from "../gates/alerts";
import { eraseAccount, namespaces, erasureLabels } from "../kubernetes/labels";

/** As long as a workflow object is kept, in which it can be tried again. */
const kept = "1d";
/**
 * A region that looks every five minutes and has not managed one look for so long cannot do what it
 * is asked for.
 */
const silentSeconds = 3_600;

const ended = `${foreign.workflows.byTemplate}{name="${eraseAccount}",phase=~"Failed|Error"}`;
const looks = `{namespace="${namespaces.training}",cronjob="${eraseAccount}"}`;

/**
 * Workflows of the home region that ended without an end of the erasure. A counter is born at one,
 * which no increase shows.
 */
export const openAtHome = `sum(increase(${ended}[${kept}])) > 0 or sum(${ended} unless ${ended} offset ${kept}) > 0`;

/**
 * Seconds since another region last had no order open; one that never had counts from when its
 * schedule was made.
 */
export const openInRegion = `time() - (${foreign.cluster.cronJobSucceeded}${looks} or ${foreign.cluster.cronJobCreated}${looks}) > ${silentSeconds}`;

type Open = typeof openAtHome | typeof openInRegion;

/** The alert on an erasure of which something is left, as Prometheus writes it. */
export function erasureAlert(expr: Open, runbookBase: string) {
  const summary = "Something of a subject who is to be erased may be left";
  return { ...platformAlert("CausewayErasureOpen", expr, summary, runbookBase), for: "5m" };
}

/** That alert as an object of the region. */
export function erasureRules(expr: Open, runbookBase: string) {
  const rules = [erasureAlert(expr, runbookBase)];
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "erasure", namespace: namespaces.observability, labels: erasureLabels },
    spec: { groups: [{ name: "erasure", interval: "1m", rules }] },
  };
}
