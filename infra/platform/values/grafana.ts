import { allRegionsProvisioning } from "../../observability/all-regions";
import { datasources } from "../../gates/series";
import { namespaces } from "../../kubernetes/labels";
import { grafanaSecret } from "../observability-secrets";
import { containerSecurity, podUser, resources, type ChartSettings, type Values } from "./chart";
import { dashboardLabel } from "../../observability/dashboards/provision";

/** Service account of Grafana; on AWS it may read the shared workspace. */
export const grafanaAccount = "grafana";

/**
 * Grafana, whose data sources and dashboards come from the program alone. Its sidecars read
 * ConfigMaps and Secrets, so they may do that in its own namespace and in no other.
 */
export function grafana(settings: ChartSettings): Values {
  return {
    replicas: 1,
    admin: {
      existingSecret: grafanaSecret.name,
      userKey: grafanaSecret.userKey,
      passwordKey: grafanaSecret.passwordKey,
    },
    serviceAccount: { create: true, name: grafanaAccount },
    rbac: { namespaced: true },
    // Grafana's makers recommend no less.
    resources: resources("100m", "512Mi"),
    securityContext: podUser(472),
    containerSecurityContext: containerSecurity,
    extraEmptyDirMounts: [{ name: "tmp", mountPath: "/tmp" }],
    testFramework: { enabled: false },
    "grafana.ini": configuration(settings),
    // Of the models first: the chart's own dashboards are about the cluster.
    defaultDashboardsTimezone: "utc",
    additionalDataSources: [sharedSource(settings)],
    // One region asks about all of them: the one whose workspace it is, or each would tell the
    // same.
    ...(settings.workspace?.region === settings.region && {
      alerting: {
        "regions.yaml": allRegionsProvisioning({
          retrains: settings.retrainingRoute === "all",
          runbookBase: settings.runbookBase,
        }),
      },
    }),
    sidecar: sidecars(),
  };
}

function configuration({ workspace }: ChartSettings): Values {
  return {
    analytics: {
      reporting_enabled: false,
      check_for_updates: false,
      check_for_plugin_updates: false,
    },
    // It would fetch their newest version at each start: code that no review has seen.
    plugins: {
      disable_plugins:
        "grafana-lokiexplore-app,grafana-pyroscope-app,grafana-exploretraces-app,grafana-metricsdrilldown-app",
    },
    // Whoever forwards a port to it is known to the API server by name, and looks: at dashboards and
    // queries, and changes none. So nobody needs the one password that there is.
    "auth.anonymous": { enabled: true, org_role: "Viewer" },
    users: { viewers_can_edit: true },
    ...(workspace && { auth: { sigv4_auth_enabled: true } }),
  };
}

/** What reads dashboards and data sources from the cluster. */
function sidecars(): Values {
  // The chart's own default is all namespaces, where the role that it makes does not reach: no
  // dashboard would be found.
  const sidecar = {
    enabled: true,
    resource: "configmap",
    searchNamespace: namespaces.observability,
  };
  return {
    resources: resources("20m", "128Mi"),
    securityContext: containerSecurity,
    dashboards: {
      ...sidecar,
      label: dashboardLabel,
      labelValue: "1",
      provider: { disableDelete: true, allowUiUpdates: false },
    },
    datasources: {
      ...sidecar,
      defaultDatasourceEnabled: true,
      uid: datasources.region,
      isDefaultDatasource: true,
      alertmanager: { enabled: true, uid: "alertmanager" },
    },
  };
}

/**
 * The metrics of all regions; without a shared workspace they are those of the one region that
 * there is.
 */
function sharedSource({ workspace }: ChartSettings): Values {
  const source = {
    name: "All regions",
    uid: datasources.all,
    type: "prometheus",
    access: "proxy",
    isDefault: false,
    editable: false,
  };
  const local = { url: "http://prometheus-prometheus:9090", jsonData: { httpMethod: "POST" } };
  if (workspace === undefined) return { ...source, ...local };
  return {
    ...source,
    url: workspace.queryUrl,
    jsonData: {
      httpMethod: "POST",
      sigV4Auth: true,
      sigV4AuthType: "default",
      sigV4Region: workspace.region,
    },
  };
}
