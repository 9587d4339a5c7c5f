import { namespaces, ownLabels } from "../../kubernetes/labels";

/** Version of Elasticsearch, Kibana and Filebeat; the operator takes any 9.x. */
export const stackVersion = "9.5.3";

const registry = "docker.elastic.co";

/**
 * Images by digest (of the multi-platform manifest). A change of the version is a change of all
 * three.
 */
export const images = {
  elasticsearch: `${registry}/elasticsearch/elasticsearch:${stackVersion}@sha256:f456578fc2a620a8a4f4c21d070fff1f6070345adb2be5e5626b65be72aea350`,
  kibana: `${registry}/kibana/kibana:${stackVersion}@sha256:4530cd98c529bc913ae364067f0233ab6cfb9a560644480b365b45f74a18dbf3`,
  filebeat: `${registry}/beats/filebeat:${stackVersion}@sha256:ea135eb5b97f2f4cbcf519464b922c5f794e6ebc2dd93822d4ac0be74ef0e29f`,
} as const;

/**
 * Name of the Elasticsearch and the Kibana object. The operator derives services, certificates and
 * stateful sets from it.
 */
export const logStoreName = "logs";
/** Name of the Beat object; its DaemonSet is `log-shipper-beat-filebeat`. */
export const shipperName = "log-shipper";
/**
 * Name of the Job that applies the settings, of its ConfigMap and of its account in Elasticsearch.
 */
export const settingsName = "log-settings";
/** Name of the account that deletes the lines of one subject; only an erasure uses it. */
export const eraserName = "log-eraser";

/** Names that the operator makes of ours. */
export const derived = {
  statefulSet: `${logStoreName}-es-default`,
  daemonSet: `${shipperName}-beat-filebeat`,
  kibanaService: `${logStoreName}-kb-http`,
  elasticsearchCertificates: `${logStoreName}-es-http-certs-public`,
  kibanaCertificates: `${logStoreName}-kb-http-certs-public`,
  elasticsearchUrl: `https://${logStoreName}-es-http.${namespaces.observability}.svc:9200`,
  kibanaUrl: `https://${logStoreName}-kb-http.${namespaces.observability}.svc:5601`,
} as const;

/**
 * Data streams: what the model servers say, whom it was about, what training says, and everything
 * else. Nothing of ours matches a template that Elasticsearch brings.
 */
export const streams = {
  predictions: "causeway-predictions",
  subjects: "causeway-subjects",
  training: "causeway-training",
  platform: "causeway-platform",
} as const;
export type Stream = keyof typeof streams;

/** Lifecycle and snapshot policies, and the snapshot repository, as Elasticsearch knows them. */
export const policies = {
  predictions: "causeway-predictions",
  subjects: "causeway-subjects",
  other: "causeway-other",
  snapshots: "causeway-snapshots",
} as const;
export const repositoryName = "causeway-audit";

/**
 * Start of the names of indices that were restored from a snapshot: beside the live streams, never
 * over them.
 */
export const restoredPrefix = "restored-";

/** Label by which the operator tells the pods of its kinds apart. */
export const kindLabel = "common.k8s.elastic.co/type";
/** Label of ConfigMaps that hold requests to Elasticsearch; policies read them. */
export const settingsLabel = { "app.kubernetes.io/component": "log-settings" } as const;

/** Labels of every object of the log store. */
export function logLabels(name: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": name,
    ...ownLabels,
  };
}
