import { catalogue } from "../../../infra/platform/catalogue";
import { healthSeries } from "../../../infra/platform/elastic/health";
import {
  dashboardMap,
  regionalDashboards,
} from "../../../infra/observability/dashboards/provision";
import { foreign } from "../../../infra/observability/foreign";
import type { ChartSettings } from "../../../infra/platform/values/chart";
import { base, valuesOf } from "./charts";

describe("the stack that observes", () => {
  const workspace = {
    remoteWriteUrl: "https://aps.example.com/api/v1/remote_write",
    queryUrl: "https://aps.example.com/",
    region: "eu-west-1",
  };
  const prod = { ...base, environment: "prod", target: "aws", pages: true, workspace } as const;
  const local = {
    ...base,
    region: "local",
    environment: "local",
    target: "kubernetes",
    pages: false,
  } as const;

  test("has two of Prometheus and of Alertmanager in prod, on nodes of their own, and one elsewhere", () => {
    expect(valuesOf("prometheus", prod)).toMatchObject({
      prometheus: {
        prometheusSpec: { replicas: 2, podAntiAffinity: "hard" },
        podDisruptionBudget: { enabled: true },
      },
      alertmanager: { alertmanagerSpec: { replicas: 2, podAntiAffinity: "hard" } },
    });
    expect(valuesOf("prometheus", local)).toMatchObject({
      prometheus: { prometheusSpec: { replicas: 1 } },
      alertmanager: { alertmanagerSpec: { replicas: 1 } },
    });
  });

  test("writes what was recorded to the workspace of all regions, signed for its region", () => {
    const { remoteWrite } = (
      valuesOf("prometheus", prod) as { prometheus: { prometheusSpec: { remoteWrite: object[] } } }
    ).prometheus.prometheusSpec;
    expect(remoteWrite).toHaveLength(1);
    expect(remoteWrite[0]).toMatchObject({
      url: workspace.remoteWriteUrl,
      sigv4: { region: "eu-west-1" },
      writeRelabelConfigs: [
        {
          action: "keep",
          sourceLabels: ["__name__"],
          regex: "causeway:.+|ALERTS|causeway_build_info",
        },
      ],
    });
    expect(JSON.stringify(valuesOf("prometheus", local))).not.toContain("remoteWrite");
  });

  test("tells the replicas of a region apart, and no two regions alike, so that the workspace drops one replica and no region", () => {
    const spec = (region: string) =>
      (
        valuesOf("prometheus", { ...prod, region, clusterName: `causeway-blue-${region}` }) as {
          prometheus: { prometheusSpec: object };
        }
      ).prometheus.prometheusSpec;
    expect(spec("eu-west-1")).toMatchObject({
      replicaExternalLabelName: "__replica__",
      prometheusExternalLabelNameClear: true,
      externalLabels: { cluster: "causeway-blue-eu-west-1", region: "eu-west-1" },
    });
    expect(spec("eu-central-1")).toMatchObject({
      externalLabels: { cluster: "causeway-blue-eu-central-1", region: "eu-central-1" },
    });
  });

  test("keeps what the kubelet says of a whole node, in place of an exporter that needs the host", () => {
    const values = valuesOf("prometheus", prod) as {
      nodeExporter: object;
      kubelet: {
        serviceMonitor: {
          cAdvisorMetricRelabelings: { action: string; sourceLabels: string[]; regex: string }[];
        };
      };
    };
    expect(values.nodeExporter).toEqual({ enabled: false });
    const kept = (labels: Record<string, string>) =>
      values.kubelet.serviceMonitor.cAdvisorMetricRelabelings.every(
        ({ action, sourceLabels, regex }) =>
          new RegExp(`^(?:${regex})$`).test(
            sourceLabels.map((label) => labels[label] ?? "").join(";"),
          ) ===
          (action === "keep"),
      );
    expect(kept({ __name__: "container_cpu_usage_seconds_total", id: "/" })).toBe(true);
    expect(
      kept({ __name__: "container_cpu_usage_seconds_total", id: "/kubepods/pod1/c1", pod: "p-1" }),
    ).toBe(true);
    expect(kept({ __name__: "container_cpu_usage_seconds_total", id: "/kubepods" })).toBe(false);
    expect(kept({ __name__: "container_tasks_state", id: "/" })).toBe(false);
  });

  test("can be installed: the chart makes its rules before the operator is there that would have to admit them", () => {
    for (const settings of [prod, local])
      expect(valuesOf("prometheus", settings)).toMatchObject({
        prometheusOperator: { admissionWebhooks: { failurePolicy: "Ignore" } },
      });
  });

  test("finds dashboards where its role lets it look, which is where the program puts them", () => {
    const homes = new Set(
      Object.values(regionalDashboards({ gpu: false })).map(
        (dashboard) => dashboardMap(dashboard).metadata.namespace,
      ),
    );
    expect(homes.size).toBe(1);
    const [searchNamespace] = homes;
    for (const kind of ["dashboards", "datasources"])
      expect(valuesOf("prometheus", prod)).toMatchObject({
        grafana: {
          rbac: { namespaced: true },
          sidecar: { [kind]: { enabled: true, searchNamespace } },
        },
      });
  });

  test("lets whoever reaches Grafana look and query, and change nothing", () => {
    expect(valuesOf("prometheus", prod)).toMatchObject({
      grafana: {
        "grafana.ini": {
          "auth.anonymous": { enabled: true, org_role: "Viewer" },
          users: { viewers_can_edit: true },
        },
      },
    });
  });

  test("runs no code of Grafana's catalogue of plugins, and asks its makers for nothing", () => {
    expect(valuesOf("prometheus", prod)).toMatchObject({
      grafana: {
        "grafana.ini": {
          plugins: { disable_plugins: expect.stringContaining("grafana-metricsdrilldown-app") },
          analytics: {
            reporting_enabled: false,
            check_for_updates: false,
            check_for_plugin_updates: false,
          },
        },
      },
    });
  });

  test("tells the state of every kind that a rule of ours asks for, and reads no secret", () => {
    const { collectors } = (
      valuesOf("prometheus", prod) as { "kube-state-metrics": { collectors: string[] } }
    )["kube-state-metrics"];
    const asked = [...Object.values(foreign.cluster), ...healthSeries].flatMap(
      (name) => /^kube_([a-z]+)_/.exec(name)?.[1] ?? [],
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((kind) => !collectors.includes(`${kind}s`))).toEqual([]);
    expect(collectors).not.toEqual(expect.arrayContaining(["secrets"]));
    expect(collectors).not.toEqual(expect.arrayContaining(["configmaps"]));
  });

  test("asks on no cluster for parts of the control plane that show themselves to their own node alone, nor for what no exporter measures", () => {
    const off = { enabled: false };
    for (const settings of [prod, local]) {
      expect(valuesOf("prometheus", settings)).toMatchObject({
        kubeControllerManager: off,
        kubeScheduler: off,
        kubeEtcd: off,
        kubeProxy: off,
        nodeExporter: off,
        defaultRules: {
          rules: { nodeExporterAlerting: false, nodeExporterRecording: false, network: false },
        },
      });
    }
    expect(valuesOf("prometheus", prod)).toMatchObject({ coreDns: off });
    expect(valuesOf("prometheus", local)).not.toHaveProperty("coreDns");
  });

  test("gives Grafana the metrics of its region and those of all, and no reach beyond its namespace", () => {
    const grafana = (settings: ChartSettings) =>
      (valuesOf("prometheus", settings) as { grafana: object }).grafana;
    expect(grafana(prod)).toMatchObject({
      rbac: { namespaced: true },
      sidecar: {
        datasources: { uid: "prometheus", resource: "configmap" },
        dashboards: { label: "grafana_dashboard", resource: "configmap" },
      },
      additionalDataSources: [
        {
          uid: "all-regions",
          type: "prometheus",
          url: workspace.queryUrl,
          jsonData: { sigV4Auth: true, sigV4Region: "eu-west-1" },
        },
      ],
    });
    expect(grafana(local)).toMatchObject({
      additionalDataSources: [{ uid: "all-regions", url: "http://prometheus-prometheus:9090" }],
    });
    expect(JSON.stringify(grafana(local))).not.toContain("sigv4");
  });

  test("lets Grafana of the home region alone compare the versions of all regions, and tell its Alertmanager", () => {
    const alerting = (settings: ChartSettings) =>
      (
        valuesOf("prometheus", settings) as {
          grafana: {
            alerting?: {
              "regions.yaml": { groups: { rules: object[] }[]; contactPoints: object[] };
            };
          };
        }
      ).grafana.alerting?.["regions.yaml"];
    const home = alerting(prod);
    expect(home?.groups[0]?.rules).toMatchObject([
      {
        title: "CausewayStandbyStale",
        condition: "found",
        data: [{ refId: "found", datasourceUid: "all-regions", model: { instant: true } }],
        noDataState: "OK",
        execErrState: "Alerting",
        for: "6h",
        labels: { severity: "warning" },
      },
    ]);
    expect(home?.contactPoints).toMatchObject([
      {
        receivers: [
          {
            type: "prometheus-alertmanager",
            settings: { url: "http://prometheus-alertmanager:9093" },
          },
        ],
      },
    ]);
    // The chart takes braces for its own templates.
    expect(JSON.stringify(home)).not.toContain("{{");
    expect(alerting({ ...prod, region: "eu-central-1" })).toBeUndefined();
    // Alertmanager takes an alert for over that nobody repeats for four minutes.
    expect(home).toMatchObject({ policies: [{ receiver: "alertmanager", repeat_interval: "1m" }] });
    expect(alerting(local)).toBeUndefined();
  });

  test("lets it find once what training may cure in any of several regions, and its Alertmanager hear of nothing else", () => {
    const values = (settings: ChartSettings) =>
      valuesOf("prometheus", settings) as {
        grafana: { alerting?: { "regions.yaml": { groups: { rules: { title: string }[] }[] } } };
        alertmanager: { config: { route: { routes: { receiver: string; matchers: string[] }[] } } };
      };
    const rules = (settings: ChartSettings) =>
      (values(settings).grafana.alerting?.["regions.yaml"].groups[0]?.rules ?? []).filter(
        ({ title }) => title === "CausewayRetrainingDue",
      );
    const heard = (settings: ChartSettings) =>
      values(settings)
        .alertmanager.config.route.routes.filter(({ receiver }) => receiver === "retraining")
        .map(({ matchers }) => matchers);
    // While the workspace does not answer no cause ends, and none begins.
    expect(rules({ ...prod, retrainingRoute: "all" })).toMatchObject([
      {
        noDataState: "OK",
        execErrState: "KeepLast",
        for: "0s",
        labels: { retraining: "candidate", severity: "none" },
      },
    ]);
    expect(heard({ ...prod, retrainingRoute: "all" })).toEqual([
      ['retraining = "candidate"', 'alertname = "CausewayRetrainingDue"'],
    ]);
    expect([
      rules({ ...prod, region: "eu-central-1", retrainingRoute: "none" }),
      heard({ ...prod, region: "eu-central-1", retrainingRoute: "none" }),
    ]).toEqual([[], []]);
    expect([rules(prod), heard(prod)]).toEqual([[], [['retraining = "candidate"']]]);
  });

  test("has the agent of GPU nodes only where a model asks for a GPU, and only on such nodes", () => {
    const entry = catalogue.find(({ name }) => name === "dcgm-exporter")!;
    expect(entry.needed?.({ ...prod, gpu: false })).toBe(false);
    expect(entry.needed?.({ ...prod, gpu: true })).toBe(true);
    expect(entry.values({ ...prod, gpu: true })).toMatchObject({
      nodeSelector: { "causeway.dev/nodes": "gpu" },
      tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    });
  });
});
