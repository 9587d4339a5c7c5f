import { elasticsearch } from "../../../../infra/platform/elastic/elasticsearch";
import { kibana } from "../../../../infra/platform/elastic/kibana";
import { images, stackVersion } from "../../../../infra/platform/elastic/objects";
import { filebeatConfig, shipper } from "../../../../infra/platform/elastic/shipper";
import { sizes } from "../../../../infra/platform/elastic/sizes";
import {
  snapshotBasePath,
  snapshotPermissions,
} from "../../../../infra/platform/elastic/snapshot-permissions";

const prod = elasticsearch({ environment: "prod", size: sizes.prod, snapshotRegion: "eu-west-1" });
const local = elasticsearch({ environment: "local", size: sizes.local });

describe("Elasticsearch", () => {
  test("has three nodes in prod that know their zone, and one elsewhere", () => {
    const [nodes] = prod.spec.nodeSets;
    expect(nodes).toMatchObject({
      count: 3,
      config: {
        "node.attr.zone": "${ZONE}",
        "cluster.routing.allocation.awareness.attributes": "k8s_node_name,zone",
      },
    });
    expect(prod.metadata.annotations).toEqual({
      "eck.k8s.elastic.co/downward-node-labels": "topology.kubernetes.io/zone",
    });
    expect(local.spec.nodeSets[0]).toMatchObject({
      count: 1,
      config: { "node.store.allow_mmap": false },
    });
    expect(local.spec.nodeSets[0]?.config).not.toHaveProperty(["node.attr.zone"]);
  });

  test("talks TLS, has no account with all rights, and makes no index of ours without a template", () => {
    for (const { spec } of [prod, local]) {
      expect(spec.http.tls.selfSignedCertificate.disabled).toBe(false);
      expect(spec.auth.disableElasticUser).toBe(true);
      expect(spec.nodeSets[0]?.config["action.auto_create_index"]).toBe("-causeway-*,+*");
    }
  });

  test("keeps its claims in prod, and every node's volume is of the encrypted class", () => {
    expect([prod.spec.volumeClaimDeletePolicy, local.spec.volumeClaimDeletePolicy]).toEqual([
      "DeleteOnScaledownOnly",
      "DeleteOnScaledownAndClusterDeletion",
    ]);
    expect(prod.spec.nodeSets[0]?.volumeClaimTemplates).toEqual([
      {
        metadata: { name: "elasticsearch-data" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: "causeway-encrypted",
          resources: { requests: { storage: "250Gi" } },
        },
      },
    ]);
  });

  test("gets the credentials of its role where its S3 module may read them, and only where there are snapshots", () => {
    const pod = prod.spec.nodeSets[0]?.podTemplate.spec;
    const [container] = pod?.containers ?? [];
    const mounted = `${container?.volumeMounts?.[0]?.mountPath}/${pod?.volumes?.[0]?.projected.sources[0]?.serviceAccountToken.path}`;
    expect(container?.env).toContainEqual({
      name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
      value: mounted,
    });
    expect(mounted).toBe(
      "/usr/share/elasticsearch/config/repository-s3/aws-web-identity-token-file",
    );
    expect(pod?.volumes?.[0]?.projected.sources[0]?.serviceAccountToken.audience).toBe(
      "pods.eks.amazonaws.com",
    );
    expect(local.spec.nodeSets[0]?.podTemplate.spec).not.toHaveProperty("volumes");
  });

  test("is of one version with Kibana and the shipper, each by digest", () => {
    expect(
      [prod, kibana(sizes.prod), shipper()].map(({ spec }) => [spec.version, spec.image]),
    ).toEqual([
      [stackVersion, images.elasticsearch],
      [stackVersion, images.kibana],
      [stackVersion, images.filebeat],
    ]);
    for (const image of Object.values(images))
      expect(image).toMatch(
        new RegExp(`^docker\\.elastic\\.co/.+:${stackVersion}@sha256:[0-9a-f]{64}$`),
      );
  });
});

describe("the shipper", () => {
  const inputs = filebeatConfig()["filebeat.inputs"];

  /** Stream that takes the lines of a file. The globs of Filebeat match within one folder. */
  function streamsOf(path: string): string[] {
    const glob = (pattern: string) =>
      new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`);
    return inputs
      .filter(
        ({ paths, prospector: { scanner } }) =>
          paths.some((pattern) => glob(pattern).test(path)) &&
          !scanner.exclude_files.some((pattern) => new RegExp(pattern).test(path)),
      )
      .map(({ index }) => index);
  }

  test.each([
    [
      "/var/log/pods/causeway-models_loan-approval-6d4f-x_0a/server/0.log",
      ["causeway-predictions"],
    ],
    [
      "/var/log/pods/causeway-models_loan-approval-6d4f-x_0a/istio-proxy/0.log",
      ["causeway-platform"],
    ],
    ["/var/log/pods/causeway-training_loan-approval-train-1_0b/main/0.log", ["causeway-training"]],
    ["/var/log/pods/istio-system_istiod-1_0c/discovery/3.log", ["causeway-platform"]],
    ["/var/log/pods/causeway-logs_log-shipper-1_0d/filebeat/0.log", []],
    [
      "/var/log/pods/causeway-models_loan-approval-6d4f-x_0a/server/0.log.20261124-101010",
      ["causeway-predictions"],
    ],
    [
      "/var/log/pods/istio-system_istiod-1_0c/discovery/3.log.20261124-101010",
      ["causeway-platform"],
    ],
    ["/var/log/pods/causeway-models_loan-approval-6d4f-x_0a/server/0.log.20261124-101010.gz", []],
    ["/var/log/pods/causeway-models_loan-approval-6d4f-x_0a/server/0.log.20261124-101010.tmp", []],
  ])("sends %s to %j", (path, expected) => expect(streamsOf(path)).toEqual(expected));

  test("sends the lines of the server that name a subject to the stream that is not copied, after the fields of the line are known", () => {
    const { processors } = inputs.find(({ id }) => id === "predictions")!;
    const decoded = processors.findIndex((processor) => "decode_json_fields" in processor);
    const routed = processors.findIndex((processor) => "add_fields" in processor);
    expect(processors[routed]).toEqual({
      add_fields: {
        target: "@metadata",
        fields: { raw_index: "causeway-subjects" },
        when: { equals: { "causeway.msg": "subject" } },
      },
    });
    expect(decoded).toBeGreaterThan(-1);
    expect(routed).toBeGreaterThan(decoded);
    expect(
      inputs.filter(
        ({ id, processors: own }) =>
          id !== "predictions" && JSON.stringify(own).includes("raw_index"),
      ),
    ).toEqual([]);
  });

  test("sets templates and lifecycle nowhere, has an account of its own, and its password from its keystore", () => {
    expect(filebeatConfig()).toMatchObject({
      "setup.template.enabled": false,
      "setup.ilm.enabled": false,
      "output.elasticsearch": { username: "log-shipper", password: "${SHIPPER_PASSWORD}" },
    });
    expect(shipper().spec.secureSettings).toEqual([
      { secretName: "log-shipper", entries: [{ key: "password", path: "SHIPPER_PASSWORD" }] },
    ]);
  });

  test("reads one path of its node and keeps its place in another, without a capability or a token", () => {
    const { spec } = shipper().spec.daemonSet.podTemplate;
    expect(spec.volumes).toEqual([
      { name: "pod-logs", hostPath: { path: "/var/log/pods", type: "Directory" } },
      {
        name: "beat-data",
        hostPath: { path: "/var/lib/causeway-log-shipper", type: "DirectoryOrCreate" },
      },
    ]);
    expect(spec.containers[0]).toMatchObject({
      volumeMounts: [{ name: "pod-logs", readOnly: true }],
      securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    });
    expect(spec.automountServiceAccountToken).toBe(false);
  });
});

describe("snapshots", () => {
  const document = snapshotPermissions(
    { arn: "arn:aws:s3:::example-audit", keyArn: "arn:aws:kms:eu-west-1:111122223333:key/1" },
    "eu-west-1",
  );

  test("lie in a folder of the region, and Elasticsearch may touch nothing beside it, nor a version that is locked", () => {
    expect(snapshotBasePath("eu-west-1")).toBe("log-snapshots/eu-west-1");
    const objects = document.Statement.find(({ Sid }) => Sid === "KeepSnapshots");
    expect(objects?.Resource).toEqual(["arn:aws:s3:::example-audit/log-snapshots/eu-west-1/*"]);
    expect(
      document.Statement.flatMap(({ Action }) => Action).filter((action) =>
        /Version|Lock|Retention|Bypass|\*/.test(action),
      ),
    ).toEqual([]);
  });

  test("use the audit key through S3 alone", () => {
    expect(document.Statement.find(({ Sid }) => Sid === "UseAuditKey")).toMatchObject({
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: ["arn:aws:kms:eu-west-1:111122223333:key/1"],
      Condition: { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } },
    });
  });
});
