/** Prefix of the labels and annotations that are ours. */
export const annotationPrefix = "causeway.dev";

/** Keys of our labels, which are annotations where a value is no label's. */
export const labelKeys = {
  /** Team that owns a model. */
  owner: `${annotationPrefix}/owner`,
  riskTier: `${annotationPrefix}/risk-tier`,
  /** Version of a model's release. */
  release: `${annotationPrefix}/release`,
  region: `${annotationPrefix}/region`,
  /** Class of what a store holds, one of `dataClasses`. */
  classification: `${annotationPrefix}/classification`,
  /** Kind of a node's pool. */
  nodes: `${annotationPrefix}/nodes`,
  /** Why the pods of a service account call the API server. */
  apiToken: `${annotationPrefix}/api-token`,
} as const;
