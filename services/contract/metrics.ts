import { outcomeWindow } from "./arms";
import type { Contract } from "./contract";

/**
 * One metric of the model server, as Prometheus sees it. Every series also carries the labels of
 * {@link commonLabels}.
 */
export interface MetricFamily {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Labels of every series: the model, and the version of the release that counted, or whose
 * prediction is counted.
 */
export const commonLabels = ["model", "version"] as const;

/** Requests that the server tells apart. */
export const operations = ["infer", "predict", "explain", "feedback"] as const;
export type Operation = (typeof operations)[number];

/** Code of a request that was turned away because there were too many: what callers do, no fault. */
export const overloadedCode = "server.overloaded";

/**
 * Every metric that the server exports; rules, dashboards and tests take the names from here.
 * Bins are named by their upper edge (`+Inf` for the last), categories by their code; both are
 * those of the release's `reference.json`.
 */
export const metrics = {
  requests: {
    name: "causeway_requests_total",
    type: "counter",
    help: "Requests answered, by operation, HTTP status and code (ok, or the stable code of the refusal).",
    labels: ["operation", "status", "code"],
  },
  duration: {
    name: "causeway_request_duration_seconds",
    type: "histogram",
    help: "Seconds from the last byte of a request to its answer, of requests that were answered with success.",
    labels: ["operation"],
  },
  malformed: {
    name: "causeway_malformed_requests_total",
    type: "counter",
    help: "Connections closed because their bytes never became a request: malformed, too slow, too large a head, or a body that was kept back while others came.",
    labels: [],
  },
  inFlight: {
    name: "causeway_requests_in_flight",
    type: "gauge",
    help: "Requests being worked on.",
    labels: [],
  },
  inFlightLimit: {
    name: "causeway_requests_in_flight_limit",
    type: "gauge",
    help: "Requests in flight above which the server sheds.",
    labels: [],
  },
  sheds: {
    name: "causeway_sheds_total",
    type: "counter",
    help: "Requests refused with 503, by reason.",
    labels: ["reason"],
  },
  predictions: {
    name: "causeway_predictions_total",
    type: "counter",
    help: "Rows predicted, by label.",
    labels: ["label"],
  },
  scores: {
    name: "causeway_score_bin_total",
    type: "counter",
    help: "Rows predicted, by bin of the score.",
    labels: ["bin"],
  },
  scoreTenths: {
    name: "causeway_score_tenth_total",
    type: "counter",
    help: "Requests predicted, by tenth of the score (named by its upper edge): the same bins under every version. A request of several rows counts once, in shares; in a model with A/B tests one without a subject does not count.",
    labels: ["tenth"],
  },
  bucketRows: {
    name: "causeway_row_bucket_total",
    type: "counter",
    help: "Rows predicted, by a hash of the row's own values: the same row is in the same bucket under every version.",
    labels: ["bucket"],
  },
  bucketPositives: {
    name: "causeway_row_bucket_positives_total",
    type: "counter",
    help: "Rows predicted positive, by bucket.",
    labels: ["bucket"],
  },
  bucketScores: {
    name: "causeway_row_bucket_scores_total",
    type: "counter",
    help: "Sum of the scores, by bucket.",
    labels: ["bucket"],
  },
  subjects: {
    name: "causeway_subjects_total",
    type: "counter",
    help: "Requests that named their subject, by the subject's half in an A/B test and by a hash of the subject.",
    labels: ["arm", "bucket"],
  },
  features: {
    name: "causeway_feature_bin_total",
    type: "counter",
    help: "Rows predicted, by feature and bin of its value; missing values are in no bin.",
    labels: ["feature", "bin"],
  },
  missing: {
    name: "causeway_feature_missing_total",
    type: "counter",
    help: "Rows predicted without a value of the feature.",
    labels: ["feature"],
  },
  outOfRange: {
    name: "causeway_feature_out_of_range_total",
    type: "counter",
    help: "Values refused because the contract does not allow them, by feature.",
    labels: ["feature"],
  },
  outcomes: {
    name: "causeway_outcomes_total",
    type: "counter",
    help: "True labels that arrived, by predicted and true label, and by the upper edge of their age in seconds; version is that of the prediction.",
    labels: ["predicted", "actual", "age"],
  },
  outcomeScores: {
    name: "causeway_outcome_score_bin_total",
    type: "counter",
    help: "True labels that arrived, by bin of the score and true label: calibration and AUC.",
    labels: ["bin", "actual"],
  },
  groupDecisions: {
    name: "causeway_group_decisions_total",
    type: "counter",
    help: "Predictions whose group was reported, by protected attribute, group and predicted label, whether a true label ever comes or not.",
    labels: ["attribute", "group", "predicted"],
  },
  groupOutcomes: {
    name: "causeway_group_outcomes_total",
    type: "counter",
    help: "True labels that arrived with a group, by protected attribute, group, predicted and true label.",
    labels: ["attribute", "group", "predicted", "actual"],
  },
  valueCount: {
    name: "causeway_business_value_count_total",
    type: "counter",
    help: "Outcomes that arrived with a business value.",
    labels: [],
  },
  valueSum: {
    name: "causeway_business_value_total",
    type: "counter",
    help: "Sum of the magnitudes of business values, gains and losses apart.",
    labels: ["sign"],
  },
  valueSquares: {
    name: "causeway_business_value_squares_total",
    type: "counter",
    help: "Sum of squared business values, for intervals of their mean.",
    labels: [],
  },
  experimentValue: {
    name: "causeway_experiment_value_total",
    type: "counter",
    help: "Sum of the magnitudes of business values in an A/B test, by the subject's half and bucket, by the quarter of the outcome window in which the value became known, gains and losses apart.",
    labels: ["arm", "bucket", "age", "sign"],
  },
  referenceFeatures: {
    name: "causeway_reference_feature_share",
    type: "gauge",
    help: "Share of each bin when the model was made, by feature.",
    labels: ["feature", "bin"],
  },
  referenceScores: {
    name: "causeway_reference_score_share",
    type: "gauge",
    help: "Share of each bin of the score when the model was made.",
    labels: ["bin"],
  },
  referenceRows: {
    name: "causeway_reference_rows",
    type: "gauge",
    help: "Rows that the reference shares were counted over, by feature (score for the score).",
    labels: ["feature"],
  },
  workersReplaced: {
    name: "causeway_workers_replaced_total",
    type: "counter",
    help: "Worker threads that were replaced, by reason.",
    labels: ["reason"],
  },
  batches: {
    name: "causeway_batches_total",
    type: "counter",
    help: "Runs of the model; rows over batches is the mean batch.",
    labels: [],
  },
  batchedRows: {
    name: "causeway_batched_rows_total",
    type: "counter",
    help: "Rows in the runs of the model, explanations included.",
    labels: [],
  },
  build: {
    name: "causeway_build_info",
    type: "gauge",
    help: "1, with what is running.",
    labels: ["model_digest", "data_digest", "execution", "environment", "region"],
  },
  ready: {
    name: "causeway_ready",
    type: "gauge",
    help: "Whether the server takes requests.",
    labels: [],
  },
  memory: {
    name: "process_resident_memory_bytes",
    type: "gauge",
    help: "Resident memory.",
    labels: [],
  },
  cpu: {
    name: "process_cpu_seconds_total",
    type: "counter",
    help: "User and system CPU time.",
    labels: [],
  },
  started: {
    name: "process_start_time_seconds",
    type: "gauge",
    help: "Start of the process since the epoch.",
    labels: [],
  },
} as const satisfies Record<string, MetricFamily>;

/**
 * Upper edges in seconds of the ages of young labels; versions on trial are compared on labels of the
 * same age, since wrong answers may be known sooner than right ones.
 */
export const youngLabelAges = [10, 60, 300, 1_800, 7_200] as const;

/** Parts of equal length of the outcome window, by which labels are known to be old enough. */
const windowParts = 8;

/** Upper edges in seconds of the parts of a contract's outcome window; the last is the window. */
export function labelParts(contract: Pick<Contract, "release" | "slos">): number[] {
  const part = outcomeWindow(contract) / windowParts;
  return Array.from({ length: windowParts }, (_, i) => (i + 1) * part);
}

/** Upper edges in seconds of the ages at which true labels are counted as they arrive. */
export function labelAges(contract: Pick<Contract, "release" | "slos">): number[] {
  const ages = new Set([...youngLabelAges, ...labelParts(contract)]);
  return [...ages].sort((a, b) => a - b);
}

/** Names under which a scrape shows a family: histograms have three. */
export function seriesNames(family: MetricFamily): string[] {
  return family.type === "histogram"
    ? ["_bucket", "_sum", "_count"].map((suffix) => `${family.name}${suffix}`)
    : [family.name];
}

/** Under which name the score stands beside the features. */
export const scoreFeature = "score";

/** Upper edges of the tenths of a score, as labels. */
export const scoreTenths = [
  "0.1",
  "0.2",
  "0.3",
  "0.4",
  "0.5",
  "0.6",
  "0.7",
  "0.8",
  "0.9",
  "1",
] as const;

/**
 * Buckets of rows. An estimate from so many has a standard deviation of a quarter of itself
 * (chi-square with 31 degrees of freedom).
 */
export const rowBuckets = 32;

const durationEdges = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/**
 * Upper edges of the duration histogram in seconds; the latency objective of the contract is one of
 * them, so that its share is exact.
 */
export function durationBuckets({ slos }: Pick<Contract, "slos">): number[] {
  return [...new Set([...durationEdges, slos.latencyP99 / 1_000])].sort((a, b) => a - b);
}
