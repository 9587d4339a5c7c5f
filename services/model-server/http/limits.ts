/** Bounds of what one caller can ask of the server. */
export interface Limits {
  readonly bodyBytes: number;
  /** Of the whole head. */
  readonly headerBytes: number;
  /** Rows of one tensor. */
  readonly rows: number;
  /** Until a request, head and body, must have arrived. */
  readonly requestMilliseconds: number;
  /**
   * How long a connection may be idle; longer than the mesh's 60 s, so that the proxy closes first.
   */
  readonly idleMilliseconds: number;
  /** Explanations at a time: each runs the model over hundreds of rows. */
  readonly explanations: number;
  /** Ids of feedback that are remembered. */
  readonly feedbackIds: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 256 * 1_024,
  headerBytes: 8 * 1_024,
  rows: 256,
  requestMilliseconds: 5_000,
  idleMilliseconds: 75_000,
  explanations: 4,
  feedbackIds: 50_000,
};
