type Severity = "critical" | "warning";

/** Whom Alertmanager tells, by severity. */
export const receivers = { critical: "on-call", warning: "team" } as const satisfies Record<
  Severity,
  string
>;

/** Value of the label `retraining` of an alert that a new training run may cure. */
export const retrainingCandidate = "candidate";

interface AlertEntry {
  /** `critical` wakes whoever is on call, `warning` opens a ticket of the owning team. */
  readonly severity: Severity;
  /** Its page in `docs/runbooks`, without `.md`. */
  readonly runbook: string;
  /** The value and the next step, as a template of Prometheus. Its page says more. */
  readonly description: string;
  /** What a new training run may cure: these start the retraining. */
  readonly retraining?: true;
}

/** Every alert on a model. */
export const alerts = {
  CausewayErrorBudgetBurn: {
    severity: "critical",
    runbook: "error-budget-burn",
    description:
      "{{ $value | humanizePercentage }} of the requests failed in the longer window. If a release is in progress, abort it. If not, look for pods that restart, then at the gateway and the mesh.",
  },
  CausewayErrorBudgetSlowBurn: {
    severity: "warning",
    runbook: "error-budget-slow-burn",
    description:
      "{{ $value | humanizePercentage }} of the requests failed in the longer window. Find the code that the server counts, and search its log for the reason.",
  },
  CausewayLatencyBudgetBurn: {
    severity: "critical",
    runbook: "latency-budget-burn",
    description:
      "{{ $value | humanizePercentage }} of the answers were late in the longer window. If a release is in progress, abort it. If not, look for replicas at their maximum or pending.",
  },
  CausewayLatencyBudgetSlowBurn: {
    severity: "warning",
    runbook: "latency-budget-slow-burn",
    description:
      "{{ $value | humanizePercentage }} of the answers were late in the longer window. Find out whether they belong to a time of day, a version or large requests.",
  },
  CausewayLatencyObjectiveMissed: {
    severity: "warning",
    runbook: "latency-objective-missed",
    description:
      "The slowest 1% of the answers take {{ $value | humanizeDuration }} or longer. Look for replicas at their maximum or pending, then for throttled CPU.",
  },
  CausewaySaturated: {
    severity: "warning",
    runbook: "saturated",
    description:
      "{{ $value | humanizePercentage }} of the requests in flight that it allows, or of its requests that it refuses. If replicas are at their maximum, raise it in the stack file. If not, check that the autoscaler reaches Prometheus.",
  },
  CausewayGpuSaturated: {
    severity: "warning",
    runbook: "gpu-saturated",
    description:
      "The GPUs are busy {{ $value | humanizePercentage }} of the time. If replicas are at their maximum, raise it in the stack file. If not, lower the requests per replica in the contract.",
  },
  CausewayModelAbsent: {
    severity: "critical",
    runbook: "model-absent",
    description:
      "0 replicas report that they are ready. Read the events of the pods, then their log. If pods are ready, check that Prometheus scrapes them.",
  },
  CausewayTrafficAbsent: {
    severity: "warning",
    runbook: "traffic-absent",
    description:
      "0 requests in 15 minutes. If no model of the region has traffic, check gateway, load balancer, DNS and certificate. If others have, check this model's route and its callers.",
  },
  CausewayLabelsMissing: {
    severity: "warning",
    runbook: "labels-missing",
    description:
      "The last true label arrived {{ $value | humanizeDuration }} ago. Look for refused feedback requests. If there are none, tell the owners of the system that sends labels.",
  },
  CausewayFeatureDrift: {
    severity: "warning",
    runbook: "feature-drift",
    retraining: true,
    description:
      'The population stability index is {{ $value | printf "%.3f" }}. If one feature drifted suddenly, look for a change of unit or coding at its source. If several drift slowly, follow the retraining that starts.',
  },
  CausewayScoreDrift: {
    severity: "warning",
    runbook: "score-drift",
    retraining: true,
    description:
      'The population stability index of the score is {{ $value | printf "%.3f" }}. Look for a feature that drifts too, and for a release at its beginning.',
  },
  CausewayConceptDrift: {
    severity: "warning",
    runbook: "concept-drift",
    retraining: true,
    description:
      'Accuracy fell by {{ $value | printf "%.1f" }} standard deviations. Check the coding and the share of positive labels first. If the labels are right, follow the retraining that starts.',
  },
  CausewayPerformanceDecay: {
    severity: "critical",
    runbook: "performance-decay",
    retraining: true,
    description:
      'The bound of the interval that is nearest to the limit is {{ $value | printf "%.3f" }}. If it began with a release, go back to the previous version. If not, follow the retraining that starts.',
  },
  CausewayFairnessLimit: {
    severity: "critical",
    runbook: "fairness-limit",
    retraining: true,
    description:
      'Value {{ $value | printf "%.3f" }}: for the long window the nearest bound of the interval, for the short one the fall in standard deviations. If it began with a release, go back to the previous version. For a high-risk model, tell its owner and the compliance team now.',
  },
  CausewayValueFall: {
    severity: "warning",
    runbook: "value-fall",
    description:
      'The business value of a decision fell by {{ $value | printf "%.1f" }} standard deviations. Check accuracy. If it is unchanged, ask the team that sends the values what changed.',
  },
  CausewayAnomaly: {
    severity: "warning",
    runbook: "anomaly",
    description:
      'The signal is {{ $value | printf "%.1f" }} deviations away from what is usual. Follow other alerts of the model first. Then find what changed: callers, nodes, version.',
  },
} as const satisfies Record<string, AlertEntry>;

export type AlertName = keyof typeof alerts;

/** Alerts on what all models share; the platform team's. */
export const platformAlerts = {
  CausewayLogStoreNodeMissing: {
    severity: "warning",
    runbook: "log-store-node-missing",
    description:
      "{{ $value }} nodes of Elasticsearch are ready. Read the events of a pending pod, or the last log lines of one that restarts.",
  },
  CausewayLogStoreDiskFull: {
    severity: "critical",
    runbook: "log-store-disk-full",
    description:
      "{{ $value | humanizePercentage }} of the volume is free. Raise the storage of the log store and run pulumi up. Do not delete an index.",
  },
  CausewayLogShipperMissing: {
    severity: "critical",
    runbook: "log-shipper-missing",
    description:
      "{{ $value }} nodes ship no logs. Read the events of a pending pod, or the response in the log of one that runs. Do not drain the node before that.",
  },
  CausewayLogSettingsFailed: {
    severity: "critical",
    runbook: "log-settings-failed",
    description:
      "{{ $value }} attempts failed. Read the last line of the job's log, repair what it names, delete the Job and run pulumi up.",
  },
  CausewayBreakGlass: {
    severity: "critical",
    runbook: "break-glass",
    description:
      "{{ $value }} emergency access of this name is open. Ask both people for the incident. If nobody knows of it, delete the Job to end the access.",
  },
  CausewayLedgerCheckpoint: {
    severity: "critical",
    runbook: "ledger-checkpoint",
    description:
      "The last checkpoint run that succeeded was {{ $value | humanizeDuration }} ago. Read the log of its last job. If the ledger was cut off or rewritten, stop releases and tell the auditors.",
  },
  CausewayErasureOpen: {
    severity: "warning",
    runbook: "erasure-open",
    description:
      "Value {{ $value }}: in the home region the erasures that did not end, in another the seconds since its last run that left no order open. Read the region's answer in the ledger, then repeat the erasure.",
  },
  CausewayResumerSilent: {
    severity: "warning",
    runbook: "resumer-silent",
    description:
      "{{ $value }} seconds since its last look. Read the log of its last Job. Until it looks again no release passes its gate here; abort one that cannot wait.",
  },
  // Grafana's chart would take a template in these for its own: their labels say what was found.
  CausewayStandbyStale: {
    severity: "warning",
    runbook: "standby-stale",
    description:
      "For 6 hours the region in the labels has run fewer versions of the model than all regions together. Find the release that stopped halfway, and approve it or take it back.",
  },
} as const satisfies Record<string, AlertEntry>;

export type PlatformAlertName = keyof typeof platformAlerts;

/** The alert that starts a retraining where there are several regions; nobody is told of it. */
export const retrainingDue = {
  name: "CausewayRetrainingDue",
  runbook: "retraining-due",
  description:
    "The labels say which model and which alert of a region is the cause. A run starts by itself, within its limits. Follow the page of the cause.",
} as const;

/** What an alert tells people. */
export interface Annotations {
  /** What happened, in one line. */
  readonly summary: string;
  /** The value and the next step. */
  readonly description: string;
  /** Address of the page that says what to do. */
  readonly runbook_url: string;
}

/**
 * The annotations of an alert. `runbookBase` is the address of the folder of the pages and ends
 * with a slash.
 */
export function annotationsOf(
  summary: string,
  { runbook, description }: Pick<AlertEntry, "runbook" | "description">,
  runbookBase: string,
): Annotations {
  return { summary, description, runbook_url: `${runbookBase}${runbook}.md` };
}

/** An alert of the platform team, as Prometheus reads it; it fires at once. */
export function platformAlert(
  name: PlatformAlertName,
  expr: string,
  summary: string,
  runbookBase: string,
) {
  const { severity } = platformAlerts[name];
  return {
    alert: name,
    expr,
    labels: { severity, team: "platform", receiver: receivers[severity] },
    annotations: annotationsOf(summary, platformAlerts[name], runbookBase),
  };
}
