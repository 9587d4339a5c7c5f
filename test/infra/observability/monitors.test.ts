import { controlPlaneMonitor, podMonitors } from "../../../infra/observability/monitors";
import { networkPolicies } from "../../../infra/platform/network-policies";
import { foreign } from "../../../infra/observability/foreign";
import { namespaceRoles } from "../../../infra/platform/namespaces";
import { namespaces } from "../../../infra/kubernetes/labels";

const monitors = [...podMonitors({ gpu: true }), controlPlaneMonitor()];
const endpointOf = (monitor: (typeof monitors)[number]) =>
  ("podMetricsEndpoints" in monitor.spec
    ? monitor.spec.podMetricsEndpoints[0]
    : monitor.spec.endpoints[0])!;

test("the mesh, each controller and GPU nodes are read", () => {
  expect(monitors.map(({ metadata }) => metadata.name)).toEqual([
    "causeway-gateway",
    "causeway-rollouts",
    "causeway-workflows",
    "causeway-autoscaler",
    "causeway-events",
    "causeway-gpu",
    "causeway-istiod",
  ]);
});

test("GPU nodes are read only where a model asks for a GPU", () => {
  expect(podMonitors({ gpu: false }).map(({ metadata }) => metadata.name)).not.toContain(
    "causeway-gpu",
  );
});

test("whatever our queries use of others is kept by a monitor, or comes with the kubelet and kube-state-metrics", () => {
  const kept = monitors.map(
    (monitor) => new RegExp(`^(${endpointOf(monitor).metricRelabelings[0]!.regex})$`),
  );
  const withTheChart = ["prometheus", "kubelet", "cluster"];
  const scraped = Object.entries(foreign).filter(([source]) => !withTheChart.includes(source));
  for (const metric of scraped.flatMap(([, metrics]) => Object.values(metrics)))
    expect([metric, kept.some((regex) => regex.test(metric))]).toEqual([metric, true]);
});

test("labels that say which object a metric is about are not renamed", () => {
  for (const monitor of monitors) expect(endpointOf(monitor).honorLabels).toBe(true);
});

test.each(podMonitors({ gpu: true }).map((monitor) => [monitor.metadata.name, monitor] as const))(
  "network policies let Prometheus at the pods of %s, from both sides",
  (_, { spec }) => {
    const [namespace] = spec.namespaceSelector.matchNames;
    const { portNumber } = spec.podMetricsEndpoints[0]!;
    const role = namespaceRoles.find((each) => namespaces[each] === namespace);
    const settings = { target: "aws", network: ["10.32.0.0/16"] } as const;
    // kube-system is not ours, and nothing is denied there.
    if (role !== undefined)
      expect(
        networkPolicies(role, settings).find(({ metadata }) => metadata.name === "metrics")?.spec
          .ingress?.[0]?.ports,
      ).toContainEqual({ protocol: "TCP", port: portNumber });
    expect(
      networkPolicies("observability", settings).find(({ metadata }) => metadata.name === "scrape")
        ?.spec.egress?.[0]?.ports,
    ).toContainEqual({ protocol: "TCP", port: portNumber });
  },
);
