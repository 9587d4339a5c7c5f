import { metrics } from "../../services/contract/metrics";
import { platformAlert } from "../gates/alerts";

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

/**
 * The alert on regions that differ, as Prometheus writes it; only the metrics of all regions can
 * answer it.
 */
export function parityAlert(runbookBase: string) {
  const summary = "A region does not run the versions of a model that other regions run";
  const alert = platformAlert("CausewayStandbyStale", parityQuery, summary, runbookBase);
  return { ...alert, for: longestRelease };
}
