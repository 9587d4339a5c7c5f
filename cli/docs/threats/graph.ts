/** Trust zones of elements; a flow between two zones crosses a trust boundary. */
export const zones = {
  outside: "Outside: trusted only with a valid token, signature or digest",
  people: "People and the pipeline: known identities with short sessions, each with its own duties",
  account: "The cloud account: stores and keys that outlive every cluster",
  edge: "The edge of a region: what the internet can reach",
  cluster: "The cluster: workloads that trust each other by identity only",
} as const;
export type Zone = keyof typeof zones;

interface Element {
  readonly zone: Zone;
  readonly holds: string;
}

/** What is no component of the program. */
export const actors = {
  Caller: { zone: "outside", holds: "applications that ask for predictions and report labels" },
  "Data source": { zone: "outside", holds: "systems that deliver rows to learn from" },
  Upstream: { zone: "outside", holds: "registries of packages, charts and base images" },
  Operator: {
    zone: "people",
    holds: "platform engineers, data scientists, approvers, erasers, auditors",
  },
  Pipeline: { zone: "people", holds: "repository, pull requests, `pulumi up` and its state" },
} as const satisfies Record<string, Element>;

/**
 * Every kind of component in the plans of the stacks, as the report's architecture names them; a
 * test holds the two equal.
 */
export const components = {
  "Global entry": { zone: "edge", holds: "DNS records and health checks that choose a region" },
  "Regional entry": { zone: "edge", holds: "load balancer, certificate, web application firewall" },
  Network: { zone: "edge", holds: "VPC, subnets, NAT, endpoints of AWS services" },
  Cluster: { zone: "cluster", holds: "control plane, nodes, access entries" },
  Addons: { zone: "cluster", holds: "third-party controllers, from pinned charts" },
  Tenancy: {
    zone: "cluster",
    holds: "namespaces, quotas, network policies, roles, admission policies",
  },
  Mesh: { zone: "cluster", holds: "gateway, mutual TLS, tokens of callers" },
  "Model service": { zone: "cluster", holds: "model server, rollout, routes, autoscaler" },
  Observability: { zone: "cluster", holds: "Prometheus, Alertmanager, Grafana" },
  "Observability secrets": { zone: "cluster", holds: "initial passwords" },
  "Log store": { zone: "cluster", holds: "Elasticsearch, Kibana, log shipper" },
  "Metrics access": {
    zone: "cluster",
    holds: "the identity that writes metrics out of the cluster",
  },
  Retraining: { zone: "cluster", holds: "webhook, workflows, training steps, promoter" },
  Follower: { zone: "cluster", holds: "the promoter of a region other than home" },
  Resumer: { zone: "cluster", holds: "what takes an approved release out of its pause" },
  Erasure: { zone: "cluster", holds: "the workflow that erases a subject" },
  "Region eraser": {
    zone: "cluster",
    holds: "erases a subject from the logs of a region other than home",
  },
  "Ledger checkpoints": {
    zone: "cluster",
    holds: "the program that signs how far the audit ledger goes",
  },
  "Subject keys": { zone: "account", holds: "the key ring behind pseudonyms" },
  Buckets: { zone: "account", holds: "data store, artefacts, ledger, logs, snapshots" },
  "Encryption keys": { zone: "account", holds: "KMS keys of every store" },
  "Image registry": { zone: "account", holds: "images of servers and steps" },
  "Model image": { zone: "account", holds: "the build of a model server's image, and its push" },
  "Signing key": {
    zone: "account",
    holds: "the KMS keys that sign releases and checkpoints of the ledger",
  },
  "Platform roles": { zone: "account", holds: "IAM roles of the groups and of the pipeline" },
  "Break glass alarm": { zone: "account", holds: "alarm on the use of the emergency role" },
  "Metrics workspace": { zone: "account", holds: "metrics of all regions" },
  "Audit trail": { zone: "account", holds: "who called which AWS API" },
  "Vpc access": { zone: "account", holds: "the way of runners and people to the clusters" },
  "Threat detection": { zone: "account", holds: "GuardDuty and Access Analyzer" },
} as const satisfies Record<string, Element>;

export type ElementName = keyof typeof actors | keyof typeof components;
export const elements: Readonly<Record<ElementName, Element>> = { ...actors, ...components };

interface Flow {
  readonly from: ElementName;
  readonly to: ElementName;
  readonly carries: string;
}

/** Data flows between elements. */
export const flows = {
  lookup: { from: "Caller", to: "Global entry", carries: "the region that answers" },
  request: {
    from: "Caller",
    to: "Regional entry",
    carries: "features, labels, tokens; predictions back",
  },
  ingress: { from: "Regional entry", to: "Mesh", carries: "requests behind the firewall" },
  inference: { from: "Mesh", to: "Model service", carries: "requests of known callers" },
  scrape: { from: "Observability", to: "Model service", carries: "counters" },
  metrics: { from: "Metrics access", to: "Metrics workspace", carries: "metrics of a region" },
  logs: { from: "Model service", to: "Log store", carries: "prediction logs, pseudonyms" },
  snapshots: { from: "Log store", to: "Buckets", carries: "copies of the logs" },
  webhook: { from: "Observability", to: "Retraining", carries: "alerts that start a retraining" },
  collection: { from: "Data source", to: "Buckets", carries: "rows to learn from" },
  training: {
    from: "Buckets",
    to: "Retraining",
    carries: "training data; models and reports back",
  },
  release: { from: "Retraining", to: "Image registry", carries: "images, attestations" },
  pull: { from: "Image registry", to: "Cluster", carries: "images" },
  promotion: { from: "Retraining", to: "Model service", carries: "the digest that a Rollout runs" },
  orders: {
    from: "Buckets",
    to: "Follower",
    carries: "orders to take a release; answers, into the ledger",
  },
  following: {
    from: "Follower",
    to: "Model service",
    carries: "the digest that a Rollout of another region runs",
  },
  approvals: { from: "Buckets", to: "Resumer", carries: "approvals on record" },
  resumption: {
    from: "Resumer",
    to: "Model service",
    carries: "the end of a Rollout's pause at its gate",
  },
  supply: { from: "Upstream", to: "Pipeline", carries: "packages, base images, tools" },
  charts: { from: "Upstream", to: "Addons", carries: "charts and images of controllers" },
  deployment: { from: "Pipeline", to: "Cluster", carries: "the program's objects" },
  provision: {
    from: "Pipeline",
    to: "Platform roles",
    carries: "the program's resources; state back",
  },
  change: { from: "Operator", to: "Pipeline", carries: "pull requests, approvals, overrides" },
  dashboards: {
    from: "Operator",
    to: "Log store",
    carries: "searches in Kibana, dashboards in Grafana",
  },
  administration: { from: "Operator", to: "Cluster", carries: "kubectl, emergencies" },
  ledger: { from: "Pipeline", to: "Buckets", carries: "entries of the audit ledger" },
  checkpoints: {
    from: "Ledger checkpoints",
    to: "Buckets",
    carries: "signed checkpoints of the ledger",
  },
  erasure: { from: "Erasure", to: "Buckets", carries: "deletions, and their record" },
  "erasure-orders": {
    from: "Buckets",
    to: "Region eraser",
    carries: "pseudonyms of whom to erase; answers back",
  },
  "region-erasure": {
    from: "Region eraser",
    to: "Log store",
    carries: "the deletion of a subject's lines",
  },
  pseudonyms: { from: "Subject keys", to: "Model service", carries: "keys of the pseudonyms" },
} as const satisfies Record<string, Flow>;
export type FlowName = keyof typeof flows;

/** Whether a flow goes from one zone into another. */
export function crosses(flow: FlowName): boolean {
  const { from, to } = flows[flow];
  return elements[from].zone !== elements[to].zone;
}
