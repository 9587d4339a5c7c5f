import type { Contract } from "../../../services/contract/contract";
import { metrics, seriesNames } from "../../../services/contract/metrics";
import { latencyMilliseconds } from "../../../services/contract/units";
import { select, type RecordingRule } from "../rule";
import { hashLabel, shareComparison } from "./comparison";

/**
 * Window over which versions are compared: longer than a trial, so that it holds all of the trial's
 * own traffic.
 */
export const comparisonWindow = "1h";

/** Name of the gate that compares a version's slow answers with those of the others. */
export const latencyComparison = "latency-champion";

/** Differences in the share of slow answers that should be found soonest. */
const slowSpread = 0.02;

/** Explanations take longer by their nature, and nobody waits for the answer to feedback. */
export const timedOperations = 'operation=~"infer|predict"';

/**
 * Answers to predictions, and those within the latency objective, whose edge is a bucket;
 * selectors, with further labels.
 */
export function timedAnswers(contract: Contract, labels: Readonly<Record<string, string>> = {}) {
  const [buckets = "", , counts = ""] = seriesNames(metrics.duration);
  const edge = latencyMilliseconds(contract.slos.latencyP99) / 1_000;
  // Prometheus 3 stores whole edges as `1.0`, earlier ones as `1`.
  const upTo = Number.isInteger(edge) ? `le=~"${edge}([.]0)?"` : `le="${edge}"`;
  return {
    all: select(contract, counts, labels, timedOperations),
    quick: select(contract, buckets, labels, timedOperations, upTo),
  };
}

/**
 * Evidence that a version is slower than the others at the same time: a machine that stalls stalls
 * both.
 */
export function requestTrialRules(contract: Contract): RecordingRule[] {
  const { all, quick } = timedAnswers(contract);
  const grown = (selector: string) =>
    `sum by (${hashLabel}) (increase(${selector}[${comparisonWindow}]))`;
  return shareComparison(contract, {
    gate: latencyComparison,
    events: `clamp_min(${grown(all)} - ${grown(quick)}, 0)`,
    trials: grown(all),
    minimum: contract.drift.minimumSamples,
    spread: slowSpread,
    by: hashLabel,
  });
}
