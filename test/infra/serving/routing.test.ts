import {
  destinationRule,
  feedbackRoute,
  managedRoutes,
  routesOfRollouts,
  service,
  trialRoute,
  virtualService,
} from "../../../infra/serving/routing";
import { killRouteOf } from "../../../infra/serving/kill-switch";
import { releaseSteps } from "../../../infra/serving/steps";
import { contract, settings, withRelease } from "./fixture";
import { latency } from "../../../services/contract/units";

const host = (version: string) => ({
  host: `loan-approval-${version}.causeway-models.svc.cluster.local`,
  port: { number: 8080 },
});
const ownPath = [
  { uri: { exact: "/v2/models/loan-approval" } },
  { uri: { prefix: "/v2/models/loan-approval/" } },
];
const patience = {
  timeout: "1000ms",
  retries: {
    attempts: 2,
    retryOn: "connect-failure,refused-stream,reset-before-request",
    retryRemoteLocalities: true,
  },
};

describe("the VirtualService", () => {
  it("sends everything to the stable version until Argo Rollouts says otherwise", () => {
    expect(virtualService(settings)).toEqual({
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: {
        name: "loan-approval",
        namespace: "causeway-models",
        labels: expect.objectContaining({ "app.kubernetes.io/name": "loan-approval" }),
        annotations: { "pulumi.com/patchForce": "true" },
      },
      spec: {
        hosts: ["models.example.com"],
        gateways: ["causeway-gateway/causeway-gateway"],
        http: [
          {
            name: "primary",
            match: ownPath,
            route: [
              { destination: host("stable"), weight: 100 },
              { destination: host("canary"), weight: 0 },
            ],
            ...patience,
          },
        ],
      },
    });
  });

  it("of an A/B test divides by subject, so that nobody changes arms, and everyone without one stays with the champion", () => {
    const headers = { "x-causeway-subject": { regex: "[0-7].*" } };
    expect(virtualService({ ...settings, ...withRelease({ strategy: "ab" }) }).spec.http).toEqual([
      {
        name: "challenger",
        match: ownPath.map((match) => ({ ...match, headers })),
        route: [
          { destination: host("stable"), weight: 100 },
          { destination: host("canary"), weight: 0 },
        ],
        ...patience,
      },
      {
        name: "champion",
        match: ownPath,
        route: [{ destination: host("stable"), weight: 100 }],
        ...patience,
      },
    ]);
  });

  it.each(["canary", "ab", "shadow"] as const)(
    "of %s puts the route that Argo Rollouts weighs first, where its ignored fields are",
    (strategy) => {
      const [first] = virtualService({ ...settings, ...withRelease({ strategy }) }).spec.http;
      expect(first!.name).toBe(trialRoute[strategy]);
      expect(first!.route!.map(({ weight }) => weight)).toEqual([100, 0]);
    },
  );

  it("leaves the weights to Argo Rollouts, and all routes where it adds some", () => {
    const weights = ["spec.http[0].route[0].weight", "spec.http[0].route[1].weight"];
    expect(routesOfRollouts).toEqual({ canary: weights, ab: weights, shadow: ["spec.http"] });
    expect(managedRoutes).toEqual({ canary: [], ab: [], shadow: ["shadow"] });
  });

  it.each([
    ["50 milliseconds", "1000ms"],
    ["250 milliseconds", "2500ms"],
    ["2 seconds", "20000ms"],
  ])("with an objective of %s gives a request %s", (latencyP99, timeout) => {
    expect(
      virtualService({
        ...settings,
        contract: {
          ...contract,
          slos: { ...contract.slos, latencyP99: latency.parse(latencyP99) },
        },
      }).spec.http[0]!.timeout,
    ).toBe(timeout);
  });
});

describe("a DestinationRule", () => {
  const made = destinationRule(settings, "loan-approval-canary");

  it("is for the Service of its version", () => {
    expect([made.metadata.name, made.metadata.namespace, made.spec.host]).toEqual([
      "loan-approval-canary",
      "causeway-models",
      host("canary").host,
    ]);
  });

  it("uses the mesh's mutual TLS, bounds its queues and leaves out replicas that fail", () => {
    expect(made.spec.trafficPolicy).toEqual({
      tls: { mode: "ISTIO_MUTUAL" },
      loadBalancer: { simple: "LEAST_REQUEST", warmup: { duration: "30s" } },
      connectionPool: {
        tcp: {
          maxConnections: 1200,
          connectTimeout: "1s",
          tcpKeepalive: { time: "300s", interval: "60s" },
        },
        http: {
          http1MaxPendingRequests: 256,
          http2MaxRequests: 1200,
          idleTimeout: "60s",
          maxRetries: 8,
        },
      },
      outlierDetection: {
        splitExternalLocalOriginErrors: true,
        consecutiveLocalOriginFailures: 5,
        consecutive5xxErrors: 500,
        interval: "5s",
        baseEjectionTime: "30s",
        maxEjectionPercent: 50,
      },
    });
  });
});

describe("the route of labels", () => {
  it("goes to the stable version alone, on a path that no other route has", () => {
    expect(feedbackRoute(settings)).toEqual({
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: {
        name: "loan-approval-feedback",
        namespace: "causeway-models",
        labels: expect.objectContaining({ "app.kubernetes.io/name": "loan-approval" }),
      },
      spec: {
        hosts: ["models.example.com"],
        gateways: ["causeway-gateway/causeway-gateway"],
        http: [
          {
            name: "feedback",
            match: [{ uri: { exact: "/v2/feedback/loan-approval" } }],
            route: [{ destination: { ...host("stable"), subset: "feedback" } }],
            ...patience,
          },
        ],
      },
    });
  });

  it.each(["canary", "ab", "shadow"] as const)(
    "is under no path of the predictions, the mirror or the kill switch of a %s release",
    (strategy) => {
      const trial = withRelease({ strategy });
      const path = feedbackRoute(trial).spec.http[0]!.match[0]!.uri.exact;
      const others = JSON.stringify([
        virtualService(trial).spec.http,
        releaseSteps(trial),
        killRouteOf(trial.contract, "champion", {}).match,
      ]);
      const prefixes = [...others.matchAll(/"(?:prefix|exact)":"([^"]+)"/g)].map(([, one]) => one!);
      expect(prefixes.length).toBeGreaterThanOrEqual(4);
      expect(prefixes.filter((prefix) => path.startsWith(prefix))).toEqual([]);
    },
  );

  it("chooses the replica by the prediction's id, whatever the zone", () => {
    expect(destinationRule(settings, "loan-approval-stable").spec).toMatchObject({
      subsets: [
        {
          name: "feedback",
          trafficPolicy: {
            loadBalancer: {
              consistentHash: {
                httpHeaderName: "x-causeway-prediction",
                maglev: { tableSize: 65_537 },
              },
              // Else each gateway would prefer the replicas of its own zone.
              localityLbSetting: { enabled: false },
            },
          },
        },
      ],
    });
  });

  it("has no subset of the version on trial", () =>
    expect(destinationRule(settings, "loan-approval-canary").spec).not.toHaveProperty("subsets"));
});

describe("the bound on requests in flight", () => {
  it.each([
    [3, 1024],
    [30, 1200],
    [200, 8000],
  ])("with %i replicas of 200 requests a second and 100 ms is %i", (max, bound) => {
    const { connectionPool } = destinationRule(
      { ...settings, replicas: { min: 3, max } },
      "loan-approval-stable",
    ).spec.trafficPolicy;
    expect([connectionPool.tcp.maxConnections, connectionPool.http.http2MaxRequests]).toEqual([
      bound,
      bound,
    ]);
  });
});

describe("a Service", () => {
  const made = service(contract, "loan-approval-stable");

  it("does not wait for pods that come after it", () => {
    expect(made.metadata.annotations).toEqual({ "pulumi.com/skipAwait": "true" });
  });

  it("is inside the cluster and has both ports of the server", () => {
    expect(made.spec).toEqual({
      type: "ClusterIP",
      selector: {
        "app.kubernetes.io/name": "loan-approval",
        "app.kubernetes.io/component": "model-server",
      },
      ports: [
        { name: "http", port: 8080, targetPort: "http", protocol: "TCP", appProtocol: "http" },
        {
          name: "metrics",
          port: 9090,
          targetPort: "metrics",
          protocol: "TCP",
          appProtocol: "http",
        },
      ],
    });
  });
});
