import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encryptionDocument } from "../../cli/encryption/document";
import { encryptionWalk, type EncryptionWalk } from "../../cli/encryption/walk";
import type { RecordedResource } from "../../cli/plan/resource";
import { planOf, project } from "../support/stacks";
import { gone, mutated } from "./mutation";

let good: readonly RecordedResource[] = [];
let walk: EncryptionWalk;
let models: string[] = [];
beforeAll(async () => {
  const { resources, config } = await planOf("prod");
  good = resources;
  models = config.models.map(({ name }) => name);
  walk = encryptionWalk(good);
});

const bare = ({ stores }: EncryptionWalk) =>
  stores.filter(({ key }) => key === undefined).map(({ resource }) => resource.name);
const plain = ({ listeners }: EncryptionWalk) =>
  listeners.filter(({ protocol }) => protocol === undefined).map(({ resource }) => resource.name);

test("every type of resource in prod is a store, a listener, or known to be neither", () =>
  expect(walk.unclassified).toEqual([]));

test("every store has a customer-managed key, except the buckets to which AWS delivers access logs", () => {
  expect(bare(walk).sort()).toEqual([
    "foundation-buckets-logs-eu-central-1",
    "foundation-buckets-logs-eu-west-1",
  ]);
  expect(
    walk.stores.filter(({ key, excuse }) => key === undefined && excuse === undefined),
  ).toEqual([]);
});

test("every listener is encrypted, those that show counts and names inside the cluster by the nodes", () => {
  expect(plain(walk)).toEqual([]);
  const carried = walk.listeners.filter(({ byNodes }) => byNodes !== undefined);
  expect(new Set(carried.map(({ protocol }) => protocol))).toEqual(
    new Set(["HTTP, encrypted between nodes by AWS Nitro (AES-256-GCM)"]),
  );
  const excused = new Set(
    carried.map(
      ({ resource, what }) => `${resource.name.replace(/^eu-(west|central)-1-/, "")}: ${what}`,
    ),
  );
  expect([...excused].sort()).toEqual(
    [
      "addons-argo-events: metrics",
      "addons-argo-rollouts: metrics",
      "addons-argo-workflows: metrics",
      "addons-causeway-gateway: metrics",
      "addons-cert-manager: metrics",
      "addons-istiod: metrics",
      "addons-keda: metrics",
      "addons-prometheus: Alertmanager",
      "addons-prometheus: Grafana",
      "addons-prometheus: Prometheus",
      "addons-prometheus: metrics",
      ...models.map((name) => `${name}-rollout: metrics`),
      "retraining-alerts: webhook of Alertmanager",
    ].sort(),
  );
});

test("what the platform is about is among them", () => {
  for (const name of [
    "foundation-buckets-data-eu-west-1",
    "foundation-buckets-audit-eu-central-1",
    "eu-west-1-logs-elasticsearch",
    "eu-west-1-cluster",
    "eu-west-1-tenancy-encrypted",
    "foundation-trail",
    "foundation-metrics",
  ]) {
    expect(walk.stores.map(({ resource }) => resource.name)).toContain(name);
  }
  const protocols = new Map(
    walk.listeners.map(({ resource, what, protocol }) => [`${resource.name} ${what}`, protocol]),
  );
  expect(protocols.get("eu-west-1-entry-https port 443")).toContain("TLS 1.2 or newer");
  expect(protocols.get("eu-west-1-loan-approval-rollout predictions")).toBe(
    "mutual TLS of the mesh, STRICT",
  );
  expect(protocols.get("foundation-buckets-data-eu-west-1 requests")).toBe(
    "HTTPS, TLS 1.2 or newer, by the bucket's policy",
  );
});

test.each([
  [
    "foundation-buckets-data-eu-west-1-encryption ",
    undefined,
    undefined,
    "foundation-buckets-data-eu-west-1",
  ],
  ["eu-west-1-network-flow-logs :LogGroup", "kmsKeyId", gone, "eu-west-1-network-flow-logs"],
  [
    "foundation-trail :Trail",
    "kmsKeyId",
    "arn:aws:kms:eu-west-1:444455556666:key/somebody-elses",
    "foundation-trail",
  ],
  [
    "eu-west-1-tenancy-encrypted :StorageClass",
    "parameters/kmsKeyId",
    gone,
    "eu-west-1-logs-elasticsearch",
  ],
  [
    "eu-west-1-logs-elasticsearch :Elasticsearch",
    "spec/nodeSets/0/volumeClaimTemplates/0/spec/storageClassName",
    "gp2",
    "eu-west-1-logs-elasticsearch",
  ],
  [
    "eu-west-1-addons-prometheus :Release",
    "values/prometheus/prometheusSpec/storageSpec/volumeClaimTemplate/spec/storageClassName",
    gone,
    "eu-west-1-addons-prometheus",
  ],
  [
    "eu-west-1-cluster eks/cluster:Cluster",
    "encryptionConfig",
    gone,
    "eu-west-1-logs-secret-roles",
  ],
])("a store without its key is found: %s %s", (target, path, value, found) => {
  expect(
    bare(
      encryptionWalk(
        mutated(good, { rule: "", target, ...(path === undefined ? {} : { path }), value }),
      ),
    ),
  ).toContain(found);
});

test.each([
  [
    "eu-west-1-entry-https :Listener",
    "sslPolicy",
    "ELBSecurityPolicy-2016-08",
    "eu-west-1-entry-https",
  ],
  ["eu-west-1-entry-http :Listener", "defaultActions/0/type", "forward", "eu-west-1-entry-http"],
  ["eu-west-1-entry-tg :TargetGroup", "protocol", "HTTP", "eu-west-1-entry-tg"],
  [
    "eu-west-1-mesh-mutual-tls :PeerAuthentication",
    "spec/mtls/mode",
    "PERMISSIVE",
    "eu-west-1-loan-approval-rollout",
  ],
  [
    "eu-west-1-mesh-mutual-tls :PeerAuthentication",
    undefined,
    undefined,
    "eu-west-1-loan-approval-rollout",
  ],
  [
    "eu-west-1-tenancy-models :Namespace",
    "metadata/labels/istio-injection",
    "disabled",
    "eu-west-1-loan-approval-rollout",
  ],
  [
    "eu-west-1-mesh-gateway :Gateway",
    "spec/servers/0/tls/minProtocolVersion",
    "TLSV1_0",
    "eu-west-1-mesh-gateway",
  ],
  [
    "foundation-buckets-data-eu-west-1-policy :BucketPolicy",
    undefined,
    undefined,
    "foundation-buckets-data-eu-west-1",
  ],
  [
    "eu-west-1-logs-kibana :Kibana",
    "spec/http/tls/selfSignedCertificate/disabled",
    true,
    "eu-west-1-logs-kibana",
  ],
  [
    "eu-west-1-cluster eks/cluster:Cluster",
    "vpcConfig/endpointPublicAccess",
    true,
    "eu-west-1-cluster",
  ],
  [
    "eu-west-1-cluster eks/cluster:Cluster",
    "computeConfig/nodePools",
    ["system"],
    "eu-west-1-addons-prometheus",
  ],
  [
    "eu-west-1-cluster-nodes-general :NodePool",
    "spec/template/spec/requirements",
    [],
    "eu-west-1-retraining-alerts",
  ],
  [
    "eu-west-1-cluster-nodes-general :NodePool",
    undefined,
    undefined,
    "eu-west-1-loan-approval-rollout",
  ],
])("a listener without TLS is found: %s %s", (target, path, value, found) => {
  expect(
    plain(
      encryptionWalk(
        mutated(good, { rule: "", target, ...(path === undefined ? {} : { path }), value }),
      ),
    ),
  ).toContain(found);
});

test("one region's nodes say nothing of another's", () => {
  const other = plain(
    encryptionWalk(
      mutated(good, { rule: "", target: "eu-west-1-cluster-nodes-general :NodePool" }),
    ),
  );
  expect(other.filter((name) => name.startsWith("eu-central-1"))).toEqual([]);
});

test("a new type of resource or a new chart fails until somebody says what it is", () => {
  const [first] = good.filter(({ custom }) => custom);
  expect(
    encryptionWalk([...good, { ...first!, type: "aws:rds/instance:Instance", name: "database" }])
      .unclassified,
  ).toEqual(["aws:rds/instance:Instance"]);
  expect(
    encryptionWalk(
      mutated(good, {
        rule: "",
        target: "eu-west-1-addons-keda :Release",
        path: "chart",
        value: "redis",
      }),
    ).unclassified,
  ).toEqual(["chart redis"]);
});

test("docs/encryption.md is what the plan gives: npm run docs", () => {
  expect(readFileSync(join(project, "docs", "encryption.md"), "utf8")).toBe(
    encryptionDocument(walk),
  );
});
