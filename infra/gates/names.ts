/** Names of the series that a model's recording rules make; each carries the label `model`. */
export const series = {
  requests: "causeway:requests:rate5m",
  errors: "causeway:errors:rate5m",
  errorRatio: "causeway:error_ratio:ratio5m",
  errorRatioHour: "causeway:error_ratio:ratio1h",
  latency: "causeway:latency_seconds:p99_5m",
  latencyMedian: "causeway:latency_seconds:p50_5m",
  latency95: "causeway:latency_seconds:p95_5m",
  answers: "causeway:answers:rate5m",
  slowAnswers: "causeway:slow_answers:rate5m",
  slowRatio: "causeway:slow_ratio:ratio5m",
  saturation: "causeway:saturation:ratio5m",
  shedRatio: "causeway:shed_ratio:ratio5m",
  gpuUse: "causeway:gpu_use:ratio5m",
  outcomes: "causeway:outcomes:rate5m",
  labels: "causeway:labels:rate5m",
  correct: "causeway:correct:rate5m",
  lastLabel: "causeway:last_label:timestamp_seconds",
  bins: "causeway:bin:rate5m",
  scoreOutcomes: "causeway:score_outcomes:rate5m",
  groupOutcomes: "causeway:group_outcomes:rate5m",
  valueCount: "causeway:value_count:rate5m",
  valueNet: "causeway:value_net:rate5m",
  valueSquares: "causeway:value_squares:rate5m",
  chiSquare: "causeway:chi_square:quantile",
  referenceBins: "causeway:reference_bins:count",
  referenceRows: "causeway:reference_rows:count",
  referenceShare: "causeway:reference_share:smoothed",
  binRows: "causeway:bin_rows:window",
  rows: "causeway:rows:window",
  binShare: "causeway:bin_share:smoothed",
  psi: "causeway:psi:window",
  psiThreshold: "causeway:psi_threshold:window",
  outcomesWindow: "causeway:outcomes:window",
  performance: "causeway:performance:window",
  performanceLower: "causeway:performance_lower:window",
  performanceUpper: "causeway:performance_upper:window",
  performanceTrials: "causeway:performance_trials:window",
  calibrationRows: "causeway:calibration_rows:window",
  calibration: "causeway:calibration:window",
  accuracyRecent: "causeway:accuracy_recent:window",
  accuracyBefore: "causeway:accuracy_before:window",
  accuracyFall: "causeway:accuracy_fall:deviations",
  groupWindow: "causeway:group_outcomes:window",
  groupTrials: "causeway:group_trials:window",
  groupRate: "causeway:group_rate:window",
  groupSmoothed: "causeway:group_rate:smoothed",
  groupGap: "causeway:group_gap:window",
  groupGapError: "causeway:group_gap_error:window",
  groupLogRatio: "causeway:group_log_ratio:window",
  groupLogRatioError: "causeway:group_log_ratio_error:window",
  fairness: "causeway:fairness:window",
  fairnessLower: "causeway:fairness_lower:window",
  fairnessUpper: "causeway:fairness_upper:window",
  fairnessFall: "causeway:fairness_fall:deviations",
  value: "causeway:business_value:mean",
  valueLower: "causeway:business_value:lower",
  valueUpper: "causeway:business_value:upper",
  valueFall: "causeway:business_value_fall:deviations",
  valueCountWindow: "causeway:business_value:count",
  signal: "causeway:signal:value",
  signalError: "causeway:signal:error",
  signalSeason: "causeway:signal:season",
  signalChange: "causeway:signal:change",
  signalResidual: "causeway:signal:residual",
  bandCenter: "causeway:band:center",
  bandError: "causeway:band:error",
  bandDeviation: "causeway:band:deviation",
  bandDistance: "causeway:band:distance",
  trialEvents: "causeway:trial_events:window",
  trialTrials: "causeway:trial_trials:window",
  trialScoreRows: "causeway:trial_score_rows:window",
  trialScoreOthers: "causeway:trial_score_others:window",
  trialOverlap: "causeway:trial_score_overlap:ratio",
  trialValueCount: "causeway:trial_value_count:rate5m",
  trialValueNet: "causeway:trial_value_net:rate5m",
  trialValueSquares: "causeway:trial_value_squares:rate5m",
  trialValue: "causeway:trial_value:difference",
  trialValueVariance: "causeway:trial_value:variance",
  trialValueEvidence: "causeway:trial_value:evidence",
  trialOutcomes: "causeway:trial_outcomes:total",
  trialGroupTrials: "causeway:trial_group_trials:total",
  trialGroupRate: "causeway:trial_group_rate:smoothed",
  trialGap: "causeway:trial_gap:distance",
  trialGapVariance: "causeway:trial_gap:variance",
  trialDifference: "causeway:trial_difference:excess",
  trialVariance: "causeway:trial_difference:variance",
  trialEvidence: "causeway:trial_evidence:log",
} as const;

export type SeriesName = (typeof series)[keyof typeof series];

type Severity = "critical" | "warning";

interface AlertEntry {
  /** `critical` wakes whoever is on call, `warning` opens a ticket of the owning team. */
  readonly severity: Severity;
  /** Page of this repository that says what to do. */
  readonly runbook: string;
  /** What a new training run may cure: these start the retraining. */
  readonly retraining?: true;
}

const page = (name: string) => `docs/runbooks/${name}.md`;

/** Every alert on a model. */
export const alerts = {
  CausewayErrorBudgetBurn: { severity: "critical", runbook: page("error-budget-burn") },
  CausewayErrorBudgetSlowBurn: { severity: "warning", runbook: page("error-budget-slow-burn") },
  CausewayLatencyBudgetBurn: { severity: "critical", runbook: page("latency-budget-burn") },
  CausewayLatencyBudgetSlowBurn: { severity: "warning", runbook: page("latency-budget-slow-burn") },
  CausewayLatencyObjectiveMissed: {
    severity: "warning",
    runbook: page("latency-objective-missed"),
  },
  CausewaySaturated: { severity: "warning", runbook: page("saturated") },
  CausewayGpuSaturated: { severity: "warning", runbook: page("gpu-saturated") },
  CausewayModelAbsent: { severity: "critical", runbook: page("model-absent") },
  CausewayTrafficAbsent: { severity: "warning", runbook: page("traffic-absent") },
  CausewayLabelsMissing: { severity: "warning", runbook: page("labels-missing") },
  CausewayFeatureDrift: { severity: "warning", runbook: page("feature-drift"), retraining: true },
  CausewayScoreDrift: { severity: "warning", runbook: page("score-drift"), retraining: true },
  CausewayConceptDrift: { severity: "warning", runbook: page("concept-drift"), retraining: true },
  CausewayPerformanceDecay: {
    severity: "critical",
    runbook: page("performance-decay"),
    retraining: true,
  },
  CausewayFairnessLimit: {
    severity: "critical",
    runbook: page("fairness-limit"),
    retraining: true,
  },
  CausewayValueFall: { severity: "warning", runbook: page("value-fall") },
  CausewayAnomaly: { severity: "warning", runbook: page("anomaly") },
} as const satisfies Record<string, AlertEntry>;

export type AlertName = keyof typeof alerts;

/** Alerts on what all models share; the platform team's. */
export const platformAlerts = {
  CausewayLogStoreNodeMissing: { severity: "warning", runbook: page("log-store-node-missing") },
  CausewayLogStoreDiskFull: { severity: "critical", runbook: page("log-store-disk-full") },
  CausewayLogShipperMissing: { severity: "critical", runbook: page("log-shipper-missing") },
  CausewayLogSettingsFailed: { severity: "critical", runbook: page("log-settings-failed") },
  CausewayBreakGlass: { severity: "critical", runbook: page("break-glass") },
  CausewayErasureOpen: { severity: "warning", runbook: page("erasure-open") },
  CausewayStandbyStale: { severity: "warning", runbook: page("standby-stale") },
} as const satisfies Record<string, AlertEntry>;

export type PlatformAlertName = keyof typeof platformAlerts;

/**
 * Ids of the data sources that Grafana is provisioned with: the Prometheus of its own region, and
 * the metrics of all regions.
 */
export const datasources = { region: "prometheus", all: "all-regions" } as const;

/** Whom Alertmanager tells, by severity. */
export const receivers = { critical: "on-call", warning: "team" } as const satisfies Record<
  Severity,
  string
>;

/** Value of the label `retraining` of an alert that a new training run may cure. */
export const retrainingCandidate = "candidate";
