import { gone } from "../mutation";
import {
  retraining,
  erasure,
  sensor,
  promotion,
  cluster,
  key,
  data,
  audit,
  withoutStatements,
  logs,
  shipper,
  withRule,
  type Row,
} from "./targets";

const resumer = "eu-central-1-resumer-job :CronJob";
const resumerArguments = "spec/jobTemplate/spec/template/spec/containers/0/args";
const lowered = (args: readonly string[]) => args.map((one) => one.replace("=high", "=minimal"));

export const workflows: readonly Row[] = [
  // Retraining
  ["workloads-workflow-deadline", retraining, "spec/activeDeadlineSeconds", gone],
  ["workloads-workflow-retries", retraining, "spec/templates/2/retryStrategy/limit", 100],
  ["workloads-workflow-retries", retraining, "spec/templates/2/retryStrategy/expression", gone],
  ["workloads-workflow-concurrency", retraining, "spec/synchronization", gone],
  [
    "workloads-workflow-concurrency",
    "eu-west-1-retraining-loan-approval-schedule :CronWorkflow",
    "spec/concurrencyPolicy",
    "Allow",
  ],
  ["workloads-sensor-reference", sensor, "spec/template/serviceAccountName", "default"],
  [
    "workloads-sensor-reference",
    sensor,
    "spec/triggers/0/template/k8s/source/resource/spec/templates",
    [{ name: "main", container: { image: "busybox" } }],
  ],
  ["governance-resumer-tier", resumer, resumerArguments, lowered],
  ["governance-resumer-tier", resumer, resumerArguments, gone],
  ["governance-retraining-approval", retraining, `${promotion.task}/when`, gone],
  [
    "governance-retraining-approval",
    retraining,
    `${promotion.task}/depends`,
    "candidate.Succeeded",
  ],
  [
    "governance-retraining-approval",
    retraining,
    "spec/templates",
    (templates: { name: string }[]) =>
      templates.map((template) =>
        template.name === "record"
          ? { ...template, serviceAccountName: "retraining-promoter" }
          : template,
      ),
  ],
  [
    "workloads-pod-image-digest",
    retraining,
    `${promotion.template}/container/image`,
    "111122223333.dkr.ecr.eu-west-1.amazonaws.com/example-causeway-prod/delivery:1.0.0",
  ],
  ["workloads-pod-limits", retraining, "spec/templates/2/container/resources/limits/memory", gone],
  [
    "workloads-pod-service-account",
    retraining,
    `${promotion.template}/serviceAccountName`,
    "default",
  ],
  [
    "workloads-pod-automount-token",
    retraining,
    `${promotion.template}/serviceAccountName`,
    "default",
  ],
  [
    "workloads-pod-host-path",
    retraining,
    "spec/volumes",
    [{ name: "tmp", hostPath: { path: "/" } }],
  ],
  ["workloads-pod-run-as-non-root", retraining, "spec/securityContext/runAsNonRoot", false],
  [
    "access-service-account-token",
    "eu-west-1-retraining-retraining-promoter :ServiceAccount",
    "metadata/annotations",
    gone,
  ],
  [
    "access-rbac-wildcard",
    "eu-west-1-retraining-promoter :Role",
    "rules",
    withRule({ apiGroups: ["argoproj.io"], resources: ["rollouts"], verbs: ["*"] }),
  ],
  // Erasure
  ["governance-erasure-approval", erasure, "spec/templates/0/dag/tasks/2/when", gone],
  [
    "governance-erasure-approval",
    erasure,
    "spec/templates/0/dag/tasks/2/depends",
    "find.Succeeded",
  ],
  [
    "governance-erasure-approval",
    erasure,
    "spec/templates/0/dag/tasks/3/depends",
    "find.Succeeded",
  ],
  [
    "governance-erasure-approval",
    erasure,
    "spec/templates/0/dag/tasks/4/depends",
    "find.Succeeded",
  ],
  ["workloads-workflow-concurrency", erasure, "spec/synchronization", gone],
  [
    "access-service-account-token",
    "eu-west-1-erasure-account :ServiceAccount",
    "metadata/annotations",
    gone,
  ],
  // Encryption
  ["encryption-key-rotation", key, "enableKeyRotation", false],
  ["encryption-key-multi-region", key, "multiRegion", false],
  ["encryption-key-multi-region", "foundation-metrics-key ", "multiRegion", true],
  ["encryption-key-deletion-window", key, "deletionWindowInDays", 7],
  [
    "encryption-bucket-kms",
    `${data("encryption")} `,
    "rules/0/applyServerSideEncryptionByDefault/sseAlgorithm",
    "AES256",
  ],
  ["encryption-bucket-kms", `${data("encryption")} `],
  ["encryption-bucket-tls", `${data("policy")} :BucketPolicy`, "policy", withoutStatements],
  ["encryption-bucket-tls", `${audit("policy")} :BucketPolicy`],
  [
    "encryption-bucket-replication",
    "foundation-buckets-data-replication :BucketReplicationConfig",
    "rules/0/destination/encryptionConfiguration",
    gone,
  ],
  ["encryption-cluster-secrets", cluster, "encryptionConfig", gone],
  ["encryption-log-group-kms", "eu-west-1-network-flow-logs :LogGroup", "kmsKeyId", gone],
  [
    "encryption-repository-kms",
    "foundation-registry-training-eu-west-1 :Repository",
    "encryptionConfigurations/0/encryptionType",
    "AES256",
  ],
  ["encryption-trail-kms", "foundation-trail :Trail", "kmsKeyId", gone],
  ["encryption-workspace-kms", "foundation-metrics :Workspace", "kmsKeyArn", gone],
  [
    "encryption-listener-tls",
    "eu-west-1-entry-https :Listener",
    "sslPolicy",
    "ELBSecurityPolicy-2016-08",
  ],
  [
    "encryption-listener-redirect",
    "eu-west-1-entry-http :Listener",
    "defaultActions/0",
    {
      type: "forward",
      targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:444455556666:targetgroup/x/1",
    },
  ],
  ["encryption-target-group-tls", "eu-west-1-entry-tg :TargetGroup", "protocol", "HTTP"],
  [
    "encryption-mesh-strict",
    "eu-west-1-mesh-mutual-tls :PeerAuthentication",
    "spec/mtls/mode",
    "PERMISSIVE",
  ],
  [
    "encryption-destination-tls",
    "eu-west-1-loan-approval-stable-rule :DestinationRule",
    "spec/trafficPolicy/tls/mode",
    "DISABLE",
  ],
  [
    "encryption-gateway-tls",
    "eu-west-1-mesh-gateway :Gateway",
    "spec/servers/0/tls/minProtocolVersion",
    "TLSV1_0",
  ],
  [
    "encryption-storage-class-kms",
    "eu-west-1-tenancy-encrypted :StorageClass",
    "parameters/encrypted",
    "false",
  ],
  [
    "encryption-node-class-storage",
    "eu-west-1-cluster-nodes-general :NodeClass",
    "spec/ephemeralStorage/kmsKeyID",
    gone,
  ],
  ["encryption-log-store-tls", logs, "spec/http/tls/selfSignedCertificate/disabled", true],
  [
    "encryption-log-store-tls",
    "eu-west-1-logs-kibana :Kibana",
    "spec/http/tls/selfSignedCertificate/disabled",
    true,
  ],
  [
    "encryption-log-store-tls",
    shipper,
    "spec/config/output.elasticsearch/ssl.verification_mode",
    "none",
  ],
  [
    "encryption-log-store-volumes",
    logs,
    "spec/nodeSets/0/volumeClaimTemplates/0/spec/storageClassName",
    "gp2",
  ],
];
