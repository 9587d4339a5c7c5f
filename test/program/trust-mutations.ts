import { gone } from "./mutation";

const rollout = "eu-west-1-loan-approval-rollout :Rollout";
const cluster = "eu-west-1-cluster eks/cluster:Cluster";
const logSettings = "eu-west-1-logs-settings :ConfigMap";
const runs = "eu-west-1-retraining :Retraining";
const scanned = {
  scanner: "Amazon ECR",
  at: "2026-11-29T00:00:00Z",
  digest: `sha256:${"a".repeat(64)}`,
  highest: "low",
};
/** What is known of a published image, with one thing that is wrong. */
const publishedImage = (wrong: object) => {
  const record = {
    image: {
      repository: "444455556666.dkr.ecr.eu-west-1.amazonaws.com/training",
      digest: scanned.digest,
    },
    revision: "c".repeat(40),
    bill: `sha256:${"b".repeat(64)}`,
    scan: scanned,
  };
  return {
    published: true,
    digest: scanned.digest,
    bill: record.bill,
    record: { ...record, ...wrong },
  };
};

/** Mutations of what images are known by, and of what encrypts inside the cluster. */
export const trustRows: [rule: string, target: string, path?: string, value?: unknown][] = [
  [
    "governance-log-subjects",
    logSettings,
    "data/snapshots.json",
    (text: string) => text.replace('"causeway-predictions",', '"causeway-*",'),
  ],
  [
    "governance-log-subjects",
    logSettings,
    "data/template-subjects.json",
    (text: string) =>
      text.replace('"index.lifecycle.name":"causeway-subjects"', '"index.lifecycle.name":"logs"'),
  ],
  [
    "governance-log-subjects",
    logSettings,
    "data/lifecycle-subjects.json",
    (text: string) =>
      text.replace(
        '"actions":{"delete"',
        '"actions":{"wait_for_snapshot":{"policy":"causeway-snapshots"},"delete"',
      ),
  ],
  [
    "encryption-mesh-injection",
    "eu-west-1-tenancy-models :Namespace",
    "metadata/labels/istio-injection",
    "disabled",
  ],
  ["encryption-mesh-injection", "eu-central-1-tenancy-gateway :Namespace", "metadata/labels", gone],
  [
    "encryption-mesh-injection",
    rollout,
    "spec/template/metadata/labels/sidecar.istio.io%2Finject",
    "false",
  ],
  [
    "encryption-mesh-injection",
    rollout,
    "spec/template/metadata/annotations/traffic.sidecar.istio.io%2FexcludeInboundPorts",
    "9090,8080",
  ],
  [
    "encryption-node-transit",
    "eu-west-1-cluster-nodes-general :NodePool",
    "spec/template/spec/requirements",
    (requirements: { key: string }[]) =>
      requirements.filter(({ key: label }) => !label.endsWith("in-transit-supported")),
  ],
  [
    "encryption-node-transit",
    "eu-central-1-cluster-nodes-general :NodePool",
    "spec/template/spec/requirements/2/values",
    ["true", "false"],
  ],
  ["encryption-node-transit", cluster, "computeConfig/nodePools", ["general-purpose"]],
  ["governance-image-scan", runs, "imageEvidence", gone],
  ["governance-image-scan", runs, "imageEvidence/training/published", true],
  ["governance-image-scan", runs, "imageEvidence/delivery/published", true],
  [
    "governance-image-scan",
    runs,
    "imageEvidence/delivery",
    publishedImage({ scan: { ...scanned, highest: "critical" } }),
  ],
  [
    "governance-image-scan",
    runs,
    "imageEvidence/training",
    publishedImage({ scan: { ...scanned, digest: `sha256:${"0".repeat(64)}` } }),
  ],
  [
    "governance-image-scan",
    runs,
    "imageEvidence/training",
    publishedImage({ bill: `sha256:${"0".repeat(64)}` }),
  ],
];
