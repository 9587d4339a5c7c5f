import type { Contract } from "../../../services/contract/contract";
import { metrics } from "../../../services/contract/metrics";
import { series } from "../../observability/names";
import { promDuration, select } from "../../observability/rule";
import { normalQuantile } from "../../observability/statistics";
import { exact } from "./promql";

/** Looks over which the sample-ratio check keeps its rate: more than two months at one a minute. */
const ratioLooks = 100_000;
/** Probability that a split as asked for is ever called a mismatch. */
const falseMismatch = 0.01;
/** Seconds of requests whose split is checked. */
const ratioSeconds = 86_400;

/** Standard deviations of the split at which its counts cannot be trusted: the rate is spent over the looks in equal parts. */
export const mismatch = normalQuantile(falseMismatch / 2 / ratioLooks);

/**
 * How far the two halves of the subjects are from having as many requests, in standard deviations. Each half is counted by every version,
 * so a version that loses or turns away requests shows as a deficit of its half.
 */
export function sampleRatio(contract: Pick<Contract, "name">): string {
  const half = (arm: string) => `sum(increase(${select(contract, metrics.subjects.name, { arm })}[${promDuration(ratioSeconds)}]))`;
  const [challenger, champion] = [half("challenger"), half("champion")];
  return `abs(${challenger} - ${champion}) / sqrt(${challenger} + ${champion} > 0)`;
}

/** {@link sampleRatio} of counts. */
export function sampleRatioOf(challenger: number, champion: number): number {
  return Math.abs(challenger - champion) / Math.sqrt(challenger + champion);
}

/** Evidence that the version on trial is better (above 0) or worse (below 0) than the champion; empty while the split is not the one asked for. */
export function valueEvidence(contract: Pick<Contract, "name">, version: string): string {
  return `max(${select(contract, series.trialValueEvidence, { version })}) and on () ${sampleRatio(contract)} < ${exact(mismatch)}`;
}

/** Evidence at which an A/B test is decided, in either direction: the contract's significance. */
export function decisive({ gates }: Pick<Contract, "gates">): number {
  return Math.log(1 / gates.improvement.significance);
}

/**
 * Outcomes of each arm after which a difference of `effect` standard deviations is found with probability `power`, however often one
 * looks (the mixture test at its end), and with a fixed horizon of the same error and power. `spread` is the mixture's.
 */
export function outcomesNeeded({ effect, significance, power, spread }: { readonly effect: number; readonly significance: number; readonly power: number; readonly spread: number }) {
  const late = normalQuantile(1 - power);
  const fixed = Math.ceil((2 * (normalQuantile(significance / 2) + late) ** 2) / effect ** 2);
  const found = (outcomes: number) => {
    const variance = 2 / outcomes;
    const wider = variance + spread ** 2;
    const boundary = Math.sqrt((2 * wider) / spread ** 2 * (Math.log(1 / significance) + 0.5 * Math.log(wider / variance)));
    return effect / Math.sqrt(variance) - boundary >= late;
  };
  let [low, high] = [1, fixed];
  while (!found(high)) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (found(middle)) high = middle;
    else low = middle;
  }
  return { fixed, sequential: high };
}
