import { fallbackReplicas, scaledObject } from "../../../infra/serving/autoscaling";
import { authorizationPolicy, networkPolicy } from "../../../infra/serving/isolation";
import { podMonitor } from "../../../infra/serving/monitoring";
import { contract, settings, withServing } from "./fixture";
import { evictablePercent, podDisruptionBudget } from "../../../infra/serving/model-service";

const selector = {
  matchLabels: {
    "app.kubernetes.io/name": "loan-approval",
    "app.kubernetes.io/component": "model-server",
  },
};
const requests =
  'istio_requests_total{reporter="destination",destination_workload_namespace="causeway-models",destination_canonical_service="loan-approval"';

describe("the ScaledObject", () => {
  const { metadata, spec } = scaledObject(settings);

  it("scales the Rollout between its bounds", () => {
    expect(metadata).toMatchObject({ name: "loan-approval", namespace: "causeway-models" });
    expect(spec.scaleTargetRef).toEqual({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      name: "loan-approval",
    });
    expect([spec.minReplicaCount, spec.maxReplicaCount]).toEqual([3, 30]);
  });

  it("follows CPU and requests for each replica, which are shared among pods", () => {
    expect(spec.triggers).toEqual([
      {
        type: "cpu",
        metricType: "Utilization",
        metadata: { containerName: "server", value: "60" },
      },
      {
        type: "prometheus",
        name: "requests",
        metricType: "AverageValue",
        metadata: {
          serverAddress: settings.prometheusAddress,
          query: `sum(rate(${requests}}[30s])) or 0 * max(up{job="causeway-models/loan-approval",endpoint="http-envoy-prom"} == 1)`,
          threshold: "200",
          ignoreNullValues: "false",
        },
      },
    ]);
    expect(
      scaledObject(withServing({ requestsPerReplica: 12.5 })).spec.triggers[1]!.metadata,
    ).toMatchObject({ threshold: "12.5" });
  });

  it("grows tenfold in a quarter of a minute and shrinks by a tenth a minute", () => {
    const { scaleUp, scaleDown } = spec.advanced.horizontalPodAutoscalerConfig.behavior;
    expect(scaleUp).toEqual({
      stabilizationWindowSeconds: 0,
      selectPolicy: "Max",
      policies: [
        { type: "Percent", value: 900, periodSeconds: 15 },
        { type: "Pods", value: 10, periodSeconds: 15 },
      ],
    });
    expect(scaleDown).toEqual({
      stabilizationWindowSeconds: 300,
      selectPolicy: "Max",
      policies: [{ type: "Percent", value: 10, periodSeconds: 60 }],
    });
  });

  it("names its HPA as the model, since KEDA's own prefix would make long names too long", () => {
    expect(spec.advanced.horizontalPodAutoscalerConfig.name).toBe("loan-approval");
  });

  it.each([
    [{ min: 3, max: 30 }, 15],
    [{ min: 3, max: 5 }, 3],
    [{ min: 1, max: 1 }, 1],
  ])(
    "without metrics keeps %j at %i replicas or the higher number it has",
    (replicas, expected) => {
      expect(fallbackReplicas(replicas)).toBe(expected);
      expect(scaledObject({ ...settings, replicas }).spec.fallback).toEqual({
        failureThreshold: 3,
        replicas: expected,
        behavior: "currentReplicasIfHigher",
      });
    },
  );
});

describe("the PodDisruptionBudget", () => {
  it("selects the model's pods and lets broken ones go", () => {
    expect(podDisruptionBudget(contract).spec).toEqual({
      selector,
      maxUnavailable: "25%",
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });

  // Kubernetes rounds maxUnavailable up: pkg/controller/disruption,
  // GetScaledValueFromIntOrPercent(..., true).
  it.each([
    [1, 1],
    [3, 1],
    [4, 1],
    [5, 2],
    [30, 8],
  ])("of %i pods lets %i go at a time", (pods, evictable) => {
    expect(Math.ceil((pods * evictablePercent) / 100)).toBe(evictable);
  });

  it("keeps two of the three zones that prod begins with", () => {
    expect(3 - Math.ceil((3 * evictablePercent) / 100)).toBe(2);
  });
});

describe("isolation", () => {
  it("lets only the gateway call, only the model's own paths", () => {
    expect(authorizationPolicy(contract)).toMatchObject({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      spec: {
        selector,
        action: "ALLOW",
        rules: [
          {
            from: [{ source: { namespaces: ["causeway-gateway"] } }],
            to: [
              {
                operation: {
                  ports: ["8080"],
                  methods: ["GET", "POST"],
                  paths: [
                    "/v2/models/loan-approval",
                    "/v2/models/loan-approval/*",
                    "/v2/feedback/loan-approval",
                  ],
                },
              },
            ],
          },
        ],
      },
    });
  });

  const { spec } = networkPolicy(contract);
  const inNamespace = (name: string) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  });
  const tcp = (port: number) => ({ protocol: "TCP", port });

  it("lets in the gateway, and Prometheus at the metrics ports alone", () => {
    expect(spec.policyTypes).toEqual(["Ingress", "Egress"]);
    expect(spec.podSelector).toEqual(selector);
    expect(spec.ingress).toEqual([
      { from: [inNamespace("causeway-gateway")], ports: [tcp(8080)] },
      {
        from: [
          {
            ...inNamespace("causeway-observability"),
            podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
          },
        ],
        ports: [tcp(9090), tcp(15090)],
      },
    ]);
  });

  it("lets out to DNS and the mesh's control plane and nowhere else", () => {
    expect(spec.egress).toEqual([
      {
        to: [
          inNamespace("kube-system"),
          { ipBlock: { cidr: "10.100.0.0/16" } },
          { ipBlock: { cidr: "172.20.0.0/16" } },
        ],
        ports: [tcp(53), { protocol: "UDP", port: 53 }],
      },
      { to: [inNamespace("istio-system")], ports: [tcp(15012)] },
    ]);
  });
});

describe("the PodMonitor", () => {
  it("reads the server and the proxy, told apart by version", () => {
    const scrape = { scheme: "http", interval: "10s", scrapeTimeout: "5s", honorLabels: false };
    expect(podMonitor(contract)).toMatchObject({
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      spec: {
        selector,
        podTargetLabels: ["app.kubernetes.io/version", "rollouts-pod-template-hash"],
        podMetricsEndpoints: [
          { port: "metrics", path: "/metrics", ...scrape },
          {
            port: "http-envoy-prom",
            path: "/stats/prometheus",
            ...scrape,
            metricRelabelings: [
              {
                action: "keep",
                sourceLabels: ["__name__"],
                regex: "istio_(requests_total|request_duration_milliseconds_.*)",
              },
            ],
          },
        ],
      },
    });
  });
});
