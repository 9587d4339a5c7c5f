import type { Threat } from "./threat";

/** Threats to logs and metrics. */
export const telemetryThreats: readonly Threat[] = [
  {
    id: "log-store-login",
    stride: "spoofing",
    story: "Somebody logs into Kibana or Grafana with a shared or initial password.",
    elements: ["Log store", "Observability", "Observability secrets"],
    flows: ["dashboards"],
    rules: ["access-log-store-anonymous", "access-log-store-superuser", "access-rbac-exec"],
    tests: [
      "test/infra/platform/elastic/accounts.test.ts",
      "test/infra/platform/observability-secrets.test.ts",
      "test/infra/platform/rbac.test.ts",
      "test/e2e/attacks/pages.ts",
    ],
    residual:
      "Accounts of Kibana belong to groups, and Grafana and Alertmanager have none: the cluster's audit log says who forwarded a port, not what they searched or silenced.",
  },
  {
    id: "log-change",
    stride: "tampering",
    story: "Somebody changes or deletes a log line to hide a decision.",
    elements: ["Log store", "Buckets"],
    flows: ["logs", "snapshots", "dashboards"],
    rules: [
      "governance-log-lifecycle",
      "governance-log-snapshots",
      "governance-audit-lock",
      "governance-audit-lock-mode",
      "encryption-log-store-tls",
    ],
    tests: [
      "test/infra/platform/elastic/settings.test.ts",
      "test/policies/rules/log-store-settings.test.ts",
    ],
    residual:
      "An administrator of the log store can, between two snapshots; a line that names a subject at any time, for no snapshot has those.",
  },
  {
    id: "log-disclosure",
    stride: "disclosure",
    story: "Logs reveal on which data a person was judged.",
    elements: ["Log store"],
    flows: ["logs", "snapshots", "dashboards"],
    rules: [
      "encryption-log-store-volumes",
      "encryption-log-store-tls",
      "encryption-log-group-kms",
      "access-rbac-exec",
    ],
    tests: [
      "test/services/model-server/log-fields.test.ts",
      "test/cli/privacy/personal-data.test.ts",
      "test/infra/platform/elastic/accounts.test.ts",
      "test/infra/platform/rbac.test.ts",
      "test/e2e/attacks/pages.ts",
    ],
    residual:
      "A principal with logs and key ring can find a known person's predictions; erasure and appeals need that. On a cluster that is there already, its administrators and its nodes read the lines.",
  },
  {
    id: "log-flood",
    stride: "denial",
    story: "Logs fill the disk, and later lines are lost.",
    elements: ["Log store"],
    flows: ["logs", "snapshots", "dashboards"],
    rules: ["reliability-log-store-nodes", "governance-log-lifecycle"],
    tests: [
      "test/infra/platform/elastic/manifests.test.ts",
      "test/policies/rules/log-store.test.ts",
    ],
    residual: "An alert comes first; lines that pods drop after that are lost.",
  },
  {
    id: "false-metrics",
    stride: "tampering",
    story: "A pod exports false numbers, so that a bad canary looks good.",
    elements: ["Observability", "Metrics access"],
    flows: ["scrape", "metrics"],
    rules: ["observability-monitor-scope", "observability-rollout-metrics"],
    tests: [
      "test/infra/observability/monitors.test.ts",
      "test/infra/observability/promtool.test.ts",
    ],
    residual:
      "The image on trial counts its own requests; a person decides where that is not enough.",
  },
  {
    id: "metrics-disclosure",
    stride: "disclosure",
    story: "Metrics of small groups reveal single people.",
    elements: ["Observability", "Metrics workspace"],
    flows: ["scrape", "metrics"],
    rules: ["encryption-workspace-kms"],
    tests: [
      "test/services/model-server/metrics.test.ts",
      "test/infra/platform/metrics-access.test.ts",
    ],
    residual:
      "Counts by protected group are exact; in a quiet hour a count of one is one person's.",
  },
  {
    id: "metrics-loss",
    stride: "denial",
    story: "Metrics are lost, and with them scaling, alerts and gates.",
    elements: ["Observability", "Metrics workspace", "Metrics access"],
    flows: ["scrape", "metrics"],
    rules: [
      "reliability-scaled-object-fallback",
      "reliability-scaled-object-null-values",
      "reliability-analysis-conditions",
    ],
    tests: ["test/e2e/faults.ts", "test/policies/rules/reliability/autoscaling.test.ts"],
    residual:
      "A release waits until Prometheus is back, and is rolled back after the limit of failed evaluations.",
  },
];
