import type { Environment } from "../../../services/contract/environments";
import { classLabels } from "../../kubernetes/data-classes";
import { encryptedStorageClass, namespaces } from "../../kubernetes/labels";
import { accounts, accountSecret, roleSecret } from "./accounts";
import { images, logLabels, logStoreName, stackVersion } from "./objects";
import { acrossZones, containerSecurity, podSecurity, resources } from "./pods";
import type { LogStoreSize } from "./sizes";

/** What the Elasticsearch object is made from. */
export interface ElasticsearchSettings {
  readonly environment: Environment;
  readonly size: LogStoreSize;
  /** Region of the snapshot bucket; absent where there is none. */
  readonly snapshotRegion?: string | undefined;
}

const zone = "topology.kubernetes.io/zone";
const clusterLabel = "elasticsearch.k8s.elastic.co/cluster-name";
/** Folder of the only file that the S3 module may read beside its own; see docs/adr/0007. */
const tokenFolder = "/usr/share/elasticsearch/config/repository-s3";
const tokenFile = "aws-web-identity-token-file";

/**
 * Elasticsearch, kept by its operator: TLS on both ports, accounts and roles from files, no account
 * with all rights, volumes of the encrypted class that outlive the object, and a disruption budget
 * that the operator sets by the cluster's health.
 */
export function elasticsearch(settings: ElasticsearchSettings) {
  const { environment, size } = settings;
  return {
    apiVersion: "elasticsearch.k8s.elastic.co/v1",
    kind: "Elasticsearch",
    metadata: {
      name: logStoreName,
      namespace: namespaces.observability,
      labels: { ...logLabels(logStoreName), ...classLabels("logStore") },
      annotations: { "eck.k8s.elastic.co/downward-node-labels": zone },
    },
    spec: {
      version: stackVersion,
      image: images.elasticsearch,
      auth: {
        disableElasticUser: true,
        fileRealm: accounts.map((account) => ({ secretName: accountSecret(account) })),
        roles: [{ secretName: roleSecret }],
      },
      http: { tls: { selfSignedCertificate: { disabled: false } } },
      // A claim holds the log: it is deleted by hand or not at all in prod.
      volumeClaimDeletePolicy:
        environment === "prod" ? "DeleteOnScaledownOnly" : "DeleteOnScaledownAndClusterDeletion",
      updateStrategy: { changeBudget: { maxUnavailable: 1, maxSurge: 0 } },
      nodeSets: [
        {
          name: "default",
          count: size.nodes,
          config: nodeConfig(settings),
          podTemplate: podTemplate(settings),
          volumeClaimTemplates: [
            {
              metadata: { name: "elasticsearch-data" },
              spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: encryptedStorageClass,
                resources: { requests: { storage: size.storage } },
              },
            },
          ],
        },
      ],
    },
  };
}

function nodeConfig({ environment, size, snapshotRegion }: ElasticsearchSettings) {
  return {
    "xpack.security.enabled": true,
    // A line that comes before its template must not make an index with a mapping of its own.
    "action.auto_create_index": "-causeway-*,+*",
    "action.destructive_requires_name": true,
    ...(size.nodes > 1 && {
      "node.attr.zone": "${ZONE}",
      "cluster.routing.allocation.awareness.attributes": "k8s_node_name,zone",
    }),
    // Our nodes allow enough memory maps; nothing is known about those of another cluster.
    ...(environment === "local" && { "node.store.allow_mmap": false }),
    // By its regional name, which leads to the endpoint in the network.
    ...(snapshotRegion !== undefined && {
      "s3.client.default.region": snapshotRegion,
      "s3.client.default.endpoint": `https://s3.${snapshotRegion}.amazonaws.com`,
    }),
  };
}

function podTemplate({ size, snapshotRegion }: ElasticsearchSettings) {
  const zoneName = {
    name: "ZONE",
    valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${zone}']` } },
  };
  const identity = snapshotRegion === undefined ? undefined : podIdentity();
  return {
    metadata: { labels: logLabels(logStoreName) },
    spec: {
      serviceAccountName: logStoreName,
      automountServiceAccountToken: false,
      securityContext: podSecurity,
      terminationGracePeriodSeconds: 180,
      topologySpreadConstraints: [acrossZones(clusterLabel, logStoreName)],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              topologyKey: "kubernetes.io/hostname",
              labelSelector: { matchLabels: { [clusterLabel]: logStoreName } },
            },
          ],
        },
      },
      containers: [
        {
          name: "elasticsearch",
          securityContext: containerSecurity,
          resources: resources(size.cpu, size.memory),
          env: [...(size.nodes > 1 ? [zoneName] : []), ...(identity?.env ?? [])],
          ...(identity && { volumeMounts: [identity.mount] }),
        },
      ],
      ...(identity && { volumes: [identity.volume] }),
    },
  };
}

/**
 * Credentials of the pod's own role. EKS would put its token where Elasticsearch forbids its S3
 * module to read; so the same token is mounted where the module may read one, and the variables
 * that EKS would set say so.
 */
function podIdentity() {
  return {
    env: [
      { name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", value: "http://169.254.170.23/v1/credentials" },
      { name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", value: `${tokenFolder}/${tokenFile}` },
    ],
    mount: { name: "pod-identity", mountPath: tokenFolder, readOnly: true },
    volume: {
      name: "pod-identity",
      projected: {
        sources: [
          {
            serviceAccountToken: {
              audience: "pods.eks.amazonaws.com",
              expirationSeconds: 86_400,
              path: tokenFile,
            },
          },
        ],
      },
    },
  };
}
