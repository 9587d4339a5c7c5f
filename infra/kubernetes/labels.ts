import { modelsNamespace, promoterAccount } from "../../services/evidence/rollout";

/** Names that several components share. A rename here is a breaking change: see CHANGELOG.md. */

/** Namespaces of the platform, by what runs in them. */
export const namespaces = {
  models: modelsNamespace,
  training: "causeway-training",
  gateway: "causeway-gateway",
  observability: "causeway-observability",
  logs: "causeway-logs",
  mesh: "istio-system",
  rollouts: "argo-rollouts",
  workflows: "argo-workflows",
  events: "argo-events",
  autoscaling: "keda",
  certificates: "cert-manager",
  elastic: "elastic-system",
} as const;
export type NamespaceRole = keyof typeof namespaces;

/** Kubernetes groups of the four kinds of people and programs that touch a cluster. */
export const accessGroups = {
  platformAdmins: "causeway:platform-admins",
  mlEngineers: "causeway:ml-engineers",
  auditors: "causeway:auditors",
  pipelines: "causeway:pipelines",
} as const;
export type AccessGroup = keyof typeof accessGroups;

/**
 * Kubernetes groups that hold one duty each, apart from the four: who approves a release, who
 * erases a subject, who is in an emergency.
 */
export const dutyGroups = {
  approvers: "causeway:approvers",
  erasers: "causeway:erasers",
  breakGlass: "causeway:break-glass",
} as const;

/** All groups of people and programs that the cluster knows. */
export const groups = { ...accessGroups, ...dutyGroups } as const;
export type Group = keyof typeof groups;

/** ClusterRole of an emergency; bound to the group, and for a limited time to a person. */
export const breakGlassRole = "causeway-break-glass";
/** Service account and WorkflowTemplate, in the namespace of training, that erase a subject. */
export const eraseAccount = "causeway-erase";

/** Service account, in the namespace of training, that alone takes a release out of its pause. */
export const resumerAccount = "release-resumer";

/** Service account and CronJob, in the namespace of training, that sign the ledger's checkpoints. */
export const checkpointAccount = "ledger-checkpoints";

/** What a customer-managed key protects; one multi-Region KMS key for each. */
export const keyPurposes = ["data", "artifacts", "audit", "logs", "secrets", "volumes"] as const;
export type KeyPurpose = (typeof keyPurposes)[number];

/** Buckets of the platform; each exists in every region. */
export const bucketPurposes = ["data", "artifacts", "audit"] as const;
export type BucketPurpose = (typeof bucketPurposes)[number];

/** Ports of a model server's container. */
export const ports = { http: 8080, metrics: 9090 } as const;

/** Label of everything that is the platform's, whoever made it. */
export const partOf = { "app.kubernetes.io/part-of": "causeway" } as const;
/** Labels of what the program makes. */
export const ownLabels = { ...partOf, "app.kubernetes.io/managed-by": "pulumi" } as const;

/** Labels that every object of a model carries. */
export function modelLabels(model: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": model,
    "app.kubernetes.io/component": "model-server",
    ...ownLabels,
  };
}

/** Storage class whose volumes are encrypted with the customer-managed volumes key. */
export const encryptedStorageClass = "causeway-encrypted";
/** Name of the Istio Gateway that all models share, in the gateway namespace. */
export const gatewayName = "causeway-gateway";
/** Priority classes: models before everything else of ours, headroom pods after. */
export const priorityClasses = {
  models: "causeway-models",
  headroom: "causeway-headroom",
} as const;

/**
 * Identities of retraining. A step may report its result and use the data lake; the recorder adds
 * what a run did to the audit ledger; only the promoter may touch a Rollout; only the sensor may
 * start a workflow.
 */
export const accounts = {
  trainer: "retraining-trainer",
  recorder: "retraining-recorder",
  promoter: promoterAccount,
  sensor: "retraining-sensor",
} as const;

export type RetrainingAccount = keyof typeof accounts;

/** Start of the names of an elevation's RoleBinding and of the Job that ends it. */
export const elevationPrefix = "break-glass-";

/** Labels of what belongs to retraining, whatever the model. */
export const trainingLabels = {
  "app.kubernetes.io/component": "retraining",
  ...ownLabels,
} as const;

/** Labels of what resumes releases. */
export const resumerLabels = {
  "app.kubernetes.io/component": "resumer",
  ...ownLabels,
} as const;

/** Labels of what belongs to erasures. */
export const erasureLabels = {
  "app.kubernetes.io/component": "erasure",
  ...ownLabels,
} as const;

/** Label of pods that do what the home region asks of theirs: they reach its buckets. */
export const followsHome = { label: "causeway.dev/follows", value: "home-region" } as const;

/** Labels of what belongs to the ledger's checkpoints. */
export const checkpointLabels = {
  "app.kubernetes.io/component": "ledger-checkpoints",
  ...ownLabels,
} as const;
