/** Labels that arrived for one version, by predicted and true label. */
export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly trueNegative: number;
  readonly falseNegative: number;
}

/** Everything that was counted of one version since the trial began. */
export interface ArmCounts {
  readonly requests: number;
  /** Requests that the caller saw fail with a server error. */
  readonly errors: number;
  /** Requests that took longer than the contract's latency objective. */
  readonly slow: number;
  readonly outcomes: Confusion;
  /** By attribute, then group. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, Confusion>>>>;
}

/** What is known at one look. */
export interface TrialCounts {
  readonly champion: ArmCounts;
  readonly challenger: ArmCounts;
  /** Share of the requests that the challenger was to get. */
  readonly share: number;
}

/**
 * Hits and events of a metric that is a proportion of counts: precision, recall, otherwise
 * accuracy.
 */
export function proportion(
  metric: string,
  { truePositive, falsePositive, trueNegative, falseNegative }: Confusion,
): readonly [hits: number, all: number] {
  if (metric === "precision") return [truePositive, truePositive + falsePositive];
  if (metric === "recall") return [truePositive, truePositive + falseNegative];
  return [truePositive + trueNegative, truePositive + falsePositive + trueNegative + falseNegative];
}
