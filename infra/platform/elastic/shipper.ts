import { subjectMessage } from "../../../services/contract/log-fields";
import { serverContainer } from "../../../services/evidence/rollout";
import { namespaces } from "../../kubernetes/labels";
import { images, logLabels, logStoreName, shipperName, stackVersion, streams } from "./objects";
import { containerSecurity, resources } from "./pods";

/**
 * Where the kubelet writes the lines of containers: one folder for each pod,
 * `<namespace>_<pod>_<uid>`, and in it one for each container.
 */
const podLogs = "/var/log/pods";
/** Folder of the node in which the shipper keeps how far it has read. */
const positionFolder = "/var/lib/causeway-log-shipper";
const passwordVariable = "SHIPPER_PASSWORD";
/** Secret with the shipper's password, in its own namespace. */
export const shipperSecret = { name: shipperName, key: "password" } as const;

type Processor = Readonly<Record<string, unknown>>;

/**
 * Says where a line comes from by its file's path alone, so that the shipper needs no access to the
 * Kubernetes API.
 */
const origin: Processor = {
  dissect: {
    field: "log.file.path",
    tokenizer: `${podLogs}/%{namespace}_%{pod.name}_%{pod.uid}/%{container}/%{?file}`,
    target_prefix: "kubernetes",
    ignore_failure: true,
  },
};

/**
 * Our JSON becomes fields under `causeway`; what is not JSON, such as the last words of a crash,
 * stays text.
 */
const json: readonly Processor[] = [
  // A number or a text alone is JSON too, and would take the place of the object.
  {
    decode_json_fields: {
      fields: ["message"],
      target: "causeway",
      max_depth: 1,
      process_array: false,
      add_error_key: false,
      when: { regexp: { message: "^\\{" } },
    },
  },
  {
    drop_fields: { fields: ["message"], ignore_missing: true, when: { has_fields: ["causeway"] } },
  },
];

/**
 * Lines that name a subject go to a stream of their own; the input's index is set before its
 * processors run, so this is the last word.
 */
const subjects: Processor = {
  add_fields: {
    target: "@metadata",
    fields: { raw_index: streams.subjects },
    when: { equals: { "causeway.msg": subjectMessage } },
  },
};

/**
 * A line has the same id whenever it is read, so that what is sent twice is stored once. A full
 * file gets another name, hence the container in the place of the path; the next one begins at zero
 * again, hence time and text.
 */
const identity: Processor = {
  fingerprint: {
    fields: ["@timestamp", "kubernetes.pod.uid", "kubernetes.container", "log.offset", "message"],
    target_field: "@metadata._id",
    ignore_missing: true,
  },
};

/**
 * A full file is read to its end under its new name, `0.log.20261124-101010`; the kubelet packs it
 * when the next one is full.
 */
const files = "*.log*";
const packed = ["\\.gz$", "\\.tmp$"];

function input(
  id: string,
  index: string,
  paths: readonly string[],
  processors: readonly Processor[],
  exclude: readonly string[] = [],
) {
  return {
    type: "filestream",
    id,
    index,
    paths,
    // Lines are wrapped by the container runtime, and split where they are long.
    parsers: [{ container: { stream: "all", format: "auto" } }],
    processors: [origin, identity, ...processors],
    // The default would not read a file before it holds a kilobyte: the first line of a quiet
    // container may be its last.
    file_identity: { native: null },
    prospector: {
      scanner: {
        symlinks: true,
        fingerprint: { enabled: false },
        exclude_files: [...packed, ...exclude],
      },
    },
    clean_removed: true,
  };
}

/**
 * Configuration of Filebeat. The operator adds address and authority of Elasticsearch; the account
 * is ours, with less rights than the operator's.
 */
export function filebeatConfig() {
  const server = `${podLogs}/${namespaces.models}_*/${serverContainer}/${files}`;
  const training = `${podLogs}/${namespaces.training}_*/*/${files}`;
  const otherStreams = [
    `${podLogs}/${namespaces.models}_[^/]*/${serverContainer}/`,
    `${podLogs}/${namespaces.training}_`,
    `${podLogs}/${namespaces.logs}_`,
  ].map((prefix) => `^${prefix}`);
  return {
    // The node's name becomes `host.name`.
    name: "${NODE_NAME}",
    "filebeat.inputs": [
      input("predictions", streams.predictions, [server], [...json, subjects]),
      input("training", streams.training, [training], json),
      // Its own lines are left out: a line about a line that could not be sent would be sent for
      // ever.
      input("platform", streams.platform, [`${podLogs}/*/*/${files}`], [], otherStreams),
    ],
    processors: [{ drop_fields: { fields: ["agent", "ecs", "input"], ignore_missing: true } }],
    // Templates and lifecycle are ours.
    "setup.template.enabled": false,
    "setup.ilm.enabled": false,
    // What a slow Elasticsearch leaves waiting is bounded; the files on the node hold the rest.
    "queue.mem": { events: 4096, "flush.min_events": 512, "flush.timeout": "5s" },
    "output.elasticsearch": {
      username: shipperName,
      password: `\${${passwordVariable}}`,
      compression_level: 1,
    },
    "logging.level": "warning",
    "logging.to_stderr": true,
  };
}

/**
 * The shipper: one pod on each node that reads the node's container logs. That takes a path of the
 * node and root, which the restricted standard refuses, so it runs alone in a namespace of its own:
 * without a capability and without a token, and all that it may write is how far it has read.
 */
export function shipper() {
  return {
    apiVersion: "beat.k8s.elastic.co/v1beta1",
    kind: "Beat",
    metadata: { name: shipperName, namespace: namespaces.logs, labels: logLabels(shipperName) },
    spec: {
      type: "filebeat",
      version: stackVersion,
      image: images.filebeat,
      elasticsearchRef: { name: logStoreName, namespace: namespaces.observability },
      config: filebeatConfig(),
      // The password goes into Filebeat's own keystore, which the configuration refers to.
      secureSettings: [
        {
          secretName: shipperSecret.name,
          entries: [{ key: shipperSecret.key, path: passwordVariable }],
        },
      ],
      daemonSet: {
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
        podTemplate: shipperPod(),
      },
    },
  };
}

function shipperPod() {
  return {
    metadata: { labels: logLabels(shipperName) },
    spec: {
      serviceAccountName: shipperName,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 30,
      // Every node has logs, whatever it is reserved for.
      tolerations: [{ operator: "Exists" }],
      securityContext: {
        runAsUser: 0,
        runAsNonRoot: false,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "filebeat",
          securityContext: containerSecurity,
          resources: resources("100m", "256Mi"),
          env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
          volumeMounts: [{ name: "pod-logs", mountPath: podLogs, readOnly: true }],
        },
      ],
      volumes: [
        { name: "pod-logs", hostPath: { path: podLogs, type: "Directory" } },
        // How far it has read outlives the pod: a new one that read the node's files again would
        // bring back what was erased.
        { name: "beat-data", hostPath: { path: positionFolder, type: "DirectoryOrCreate" } },
      ],
    },
  };
}
