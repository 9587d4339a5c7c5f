/**
 * Fields of the model server's log lines, with the type that the log store indexes each as. A line
 * is one JSON object; what is not listed here is kept but cannot be searched. Never a feature,
 * never an identifier of a person.
 */
export const logFields = {
  level: "keyword",
  /** ISO 8601, with milliseconds. */
  time: "date",
  msg: "text",
  model: "keyword",
  version: "keyword",
  modelDigest: "keyword",
  dataDigest: "keyword",
  // One line for each request.
  requestId: "keyword",
  operation: "keyword",
  status: "integer",
  code: "keyword",
  milliseconds: "float",
  /** Id of the first prediction of a request. */
  predictionId: "keyword",
  /** Predictions of a request; their ids are consecutive. */
  rows: "integer",
  label: "keyword",
  /**
   * Keyed hash of the subject's identifier, in a line of its own with the request's and the
   * prediction's ids.
   */
  subject: "keyword",
  // Failures.
  error: "keyword",
  frames: "text",
  inFlight: "integer",
  // Start.
  execution: "keyword",
  inlineMilliseconds: "float",
  workerMilliseconds: "float",
  batchingPays: "boolean",
  /** How the release stands to the approvals of its tier. */
  approvals: "text",
  startMilliseconds: "integer",
  http: "integer",
  metrics: "integer",
} as const satisfies Record<string, "keyword" | "text" | "date" | "integer" | "float" | "boolean">;

/**
 * `msg` of the line that names a subject: the shipper sends it to a stream of its own, and no other
 * line has one.
 */
export const subjectMessage = "subject";
