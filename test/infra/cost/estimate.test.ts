import fc from "fast-check";
import {
  regionalPrices,
  cores,
  gibibytes,
  pricesAsOf,
  type PricedResource,
} from "../../../infra/cost/prices";
import { estimateMonthlyCost, notCovered, generalNodes } from "../../../infra/cost/estimate";

const resource = (
  type: string,
  props: Record<string, unknown> = {},
  region = "eu-west-1",
): PricedResource => ({ type, name: type.split(":").pop() ?? type, region, props });
const cost = (type: string, props?: Record<string, unknown>, region?: string) =>
  estimateMonthlyCost([resource(type, props, region)]).total;

const labels = {
  "app.kubernetes.io/name": "loan-approval",
  "app.kubernetes.io/component": "model-server",
};
const metadata = { name: "loan-approval", namespace: "causeway-models", labels };
const container = (cpu: string, memory: string, limits = {}) => ({
  resources: { requests: { cpu, memory }, limits },
});
const rollout = (containers: unknown[], spec = {}, template = {}) =>
  resource("kubernetes:argoproj.io/v1alpha1:Rollout", {
    metadata,
    spec: { ...spec, template: { ...template, spec: { containers } } },
  });
const scaledObject = (minReplicaCount: number, namespace = "causeway-models") =>
  resource("kubernetes:keda.sh/v1alpha1:ScaledObject", {
    metadata: { name: "loan-approval", namespace },
    spec: { minReplicaCount, scaleTargetRef: { kind: "Rollout", name: "loan-approval" } },
  });

describe("AWS resources", () => {
  it.each([
    ["aws:eks/cluster:Cluster", {}, 73],
    ["aws:ec2/natGateway:NatGateway", {}, 35.04],
    ["aws:ec2/eip:Eip", {}, 3.65],
    // A t4g.nano for 730 h, and 8 GB of gp3.
    ["aws:autoscaling/group:Group", { minSize: 1 }, 4.06],
    ["aws:ec2/vpcEndpoint:VpcEndpoint", { vpcEndpointType: "Gateway" }, 0],
    [
      "aws:ec2/vpcEndpoint:VpcEndpoint",
      { vpcEndpointType: "Interface", subnetIds: ["a", "b"] },
      16.06,
    ],
    ["aws:lb/loadBalancer:LoadBalancer", { internal: true, subnets: ["a", "b", "c"] }, 18.4],
    ["aws:lb/loadBalancer:LoadBalancer", { internal: false, subnets: ["a", "b", "c"] }, 29.35],
    ["aws:kms/key:Key", {}, 1],
    ["aws:kms/replicaKey:ReplicaKey", {}, 1],
    ["aws:secretsmanager/secret:Secret", {}, 0.4],
    ["aws:guardduty/detector:Detector", {}, 30],
    ["aws:wafv2/webAcl:WebAcl", { rules: [1, 2, 3, 4] }, 9],
    [
      "aws:route53/healthCheck:HealthCheck",
      { type: "HTTPS", requestInterval: 10, measureLatency: true },
      3.5,
    ],
    ["aws:route53/healthCheck:HealthCheck", { type: "HTTP", requestInterval: 30 }, 0.5],
    ["aws:iam/role:Role", {}, 0],
    ["aws:s3/bucket:Bucket", {}, 0],
  ])("price %s with %j at %d dollars", (type, props, expected) => {
    expect(cost(type, props)).toBe(expected);
  });

  it("cost what their region asks, and the dearest price where none is known", () => {
    const dearest = Math.max(...Object.values(regionalPrices).map((prices) => prices.natGateway));
    expect(cost("aws:ec2/natGateway:NatGateway", {}, "eu-central-1")).toBe(37.96);
    expect(cost("aws:ec2/natGateway:NatGateway", {}, "sa-east-1")).toBeCloseTo(dearest * 730, 2);
  });

  it("cost nothing on a cluster that is already there", () => {
    expect(estimateMonthlyCost([{ ...rollout([container("1", "1Gi")]), region: "local" }])).toEqual(
      { total: 0, byRegion: {}, byModel: {}, lines: [] },
    );
  });
});

describe("workloads", () => {
  // m6i.xlarge in eu-west-1 with 12% of Auto Mode for 730 h, and 80 GB of gp3.
  const node = 0.214 * 1.12 * 730 + 80 * 0.088;

  it("take the share of a node that the larger of their requests is, with room to spare", () => {
    expect(generalNodes(3.2, 1)).toBeCloseTo(1);
    expect(generalNodes(0.1, 12.8)).toBeCloseTo(1);
    expect(
      estimateMonthlyCost([rollout([container("3200m", "1Gi")], { replicas: 1 })]).total,
    ).toBeCloseTo(node, 2);
  });

  it("count the least replicas of the autoscaler that targets them, in the same namespace", () => {
    const workload = rollout([container("800m", "1Gi")]);
    expect(estimateMonthlyCost([workload, scaledObject(4)]).total).toBeCloseTo(node, 2);
    expect(estimateMonthlyCost([workload, scaledObject(4, "elsewhere")]).total).toBeCloseTo(
      node / 4,
      2,
    );
  });

  it("carry the mesh proxy that the pod asks for", () => {
    const proxied = {
      metadata: {
        labels: { "sidecar.istio.io/inject": "true" },
        annotations: {
          "sidecar.istio.io/proxyCPU": "200m",
          "sidecar.istio.io/proxyMemory": "128Mi",
        },
      },
    };
    expect(
      estimateMonthlyCost([rollout([container("3", "1Gi")], { replicas: 1 }, proxied)]).total,
    ).toBeCloseTo(node, 2);
  });

  it("take a GPU node for each GPU", () => {
    const gpu = rollout([container("4", "8Gi", { "nvidia.com/gpu": 1 })], { replicas: 2 });
    expect(estimateMonthlyCost([gpu]).total).toBeCloseTo(2 * (1.123 * 1.12 * 730 + 80 * 0.088), 2);
  });

  it("pay for their volumes", () => {
    const claims = [{ spec: { resources: { requests: { storage: "100Gi" } } } }];
    expect(cost("kubernetes:core/v1:PersistentVolumeClaim", claims[0])).toBe(8.8);
    expect(
      cost("kubernetes:apps/v1:StatefulSet", {
        metadata: { name: "s" },
        spec: { replicas: 3, volumeClaimTemplates: claims, template: {} },
      }),
    ).toBe(26.4);
    expect(
      cost("kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch", {
        spec: { nodeSets: [{ count: 3, volumeClaimTemplates: claims }] },
      }),
    ).toBe(26.4);
  });

  it("are read from the values of a chart", () => {
    const values = {
      controller: { replicas: 2, resources: { requests: { cpu: "1600m", memory: "64Mi" } } },
      storage: { spec: { resources: { requests: { storage: "100Gi" } } } },
    };
    expect(cost("kubernetes:helm.sh/v3:Release", { values })).toBeCloseTo(node + 8.8, 2);
  });
});

describe("the estimate", () => {
  it("is broken down by region and model, to the cent", () => {
    const { byModel, byRegion, lines, total } = estimateMonthlyCost([
      rollout([container("3200m", "1Gi")], { replicas: 1 }),
      resource("aws:kms/key:Key"),
      resource("aws:route53/healthCheck:HealthCheck", { type: "HTTPS" }, "global"),
    ]);
    expect(lines).toEqual([
      {
        type: "kubernetes:argoproj.io/v1alpha1:Rollout",
        resource: "Rollout",
        region: "eu-west-1",
        model: "loan-approval",
        item: "3.2 vCPU and 1 GiB",
        monthlyUsd: 182.01,
      },
      { type: "aws:kms/key:Key", resource: "Key", region: "eu-west-1", item: "key", monthlyUsd: 1 },
      {
        type: "aws:route53/healthCheck:HealthCheck",
        resource: "HealthCheck",
        region: "global",
        item: "check with 1 optional features",
        monthlyUsd: 1.5,
      },
    ]);
    expect({ total, byRegion, byModel }).toEqual({
      total: 184.51,
      byRegion: { "eu-west-1": 183.01, global: 1.5 },
      byModel: { "loan-approval": 182.01 },
    });
  });

  it("adds up whatever is planned", () => {
    const types = fc.constantFrom(
      "aws:eks/cluster:Cluster",
      "aws:ec2/natGateway:NatGateway",
      "aws:kms/key:Key",
      "aws:ec2/eip:Eip",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(types, fc.constantFrom("us-east-1", "eu-central-1", "global"))),
        (planned) => {
          const { byRegion, lines, total } = estimateMonthlyCost(
            planned.map(([type, region]) =>
              resource(type, { vpcEndpointType: "Interface" }, region),
            ),
          );
          const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
          expect(total).toBeCloseTo(sum(lines.map((line) => line.monthlyUsd)), 6);
          expect(total).toBeCloseTo(sum(Object.values(byRegion)), 6);
        },
      ),
    );
  });

  it("says how old its prices are and what it leaves out", () => {
    expect(pricesAsOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(notCovered.join("\n")).toContain("traffic");
  });
});

describe("quantities", () => {
  it.each([
    ["500m", 0.5],
    ["2", 2],
    [1, 1],
    ["1.5", 1.5],
    ["none", 0],
    [undefined, 0],
  ])("reads %p as %d cores", (text, expected) => {
    expect(cores(text)).toBe(expected);
  });

  it.each([
    ["512Mi", 0.5],
    ["2Gi", 2],
    ["1Ti", 1024],
    [2 ** 30, 1],
    ["1G", 1e9 / 2 ** 30],
    ["much", 0],
  ])("reads %p as %d GiB", (text, expected) => {
    expect(gibibytes(text)).toBe(expected);
  });
});
