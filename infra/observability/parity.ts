import { metrics } from "../../services/contract/metrics";
import { platformAlerts, receivers } from "../gates/names";

/** Team that answers for what all models share. */
const team = "platform";
/**
 * A release that people approve in each region may take so long from the first region to the last;
 * what differs longer has stopped.
 */
const longestRelease = "6h";

/** Digests of a model that run anywhere, or in a region, as the servers themselves say. */
const digests = (...by: readonly string[]) =>
  `group by (${[...by, "model_digest"].join(", ")}) (${metrics.build.name})`;

/**
 * Regions that do not run every version of a model that runs somewhere. While a release goes from
 * region to region that is so for a time; after that, one of the regions would answer with another
 * version if it had to take over.
 */
export const parityQuery = `count by (model, region) (${digests("model", "region")}) < on (model) group_left () count by (model) (${digests("model")})`;

const name = "CausewayStandbyStale";

/**
 * The alert on regions that differ, as Prometheus writes it; only the metrics of all regions can
 * answer it.
 */
export const parityAlert = {
  alert: name,
  expr: parityQuery,
  for: longestRelease,
  labels: {
    severity: platformAlerts[name].severity,
    team,
    receiver: receivers[platformAlerts[name].severity],
  },
  // No templates: Grafana's chart would take them for its own. The labels say which region and
  // model.
  annotations: {
    summary: "A region does not run the versions of a model that other regions run",
    runbook_url: platformAlerts[name].runbook,
  },
} as const;
