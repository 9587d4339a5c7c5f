import { namespaces, partOf } from "../../kubernetes/labels";
import { fleetDashboard } from "./fleet";
import { governanceDashboard } from "./governance";
import type { DashboardJson } from "./grafana";
import { regionsDashboard } from "./regions";
import { retrainingDashboard } from "./retraining";

/** A ConfigMap that Grafana's sidecar picks up; it looks in its own namespace alone. */
export function dashboardMap(
  dashboard: DashboardJson,
  labels: Readonly<Record<string, string>> = {},
) {
  const { uid = "" } = dashboard;
  return {
    metadata: {
      name: `${uid}-dashboard`,
      namespace: namespaces.observability,
      labels: { ...partOf, ...labels, [dashboardLabel]: "1" },
    },
    data: { [`${uid}.json`]: JSON.stringify(dashboard) },
  };
}

/** The dashboards of a region that are not about one model, by name. */
export function regionalDashboards(settings: {
  readonly gpu: boolean;
}): Readonly<Record<string, DashboardJson>> {
  return {
    fleet: fleetDashboard(settings),
    regions: regionsDashboard(),
    retraining: retrainingDashboard(),
    governance: governanceDashboard(),
  };
}

/** Label by which Grafana's sidecar finds the ConfigMaps that hold dashboards. */
export const dashboardLabel = "grafana_dashboard";
